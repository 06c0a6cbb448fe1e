"""Those who read: people, what they made of stories, what they called wrong, what they changed."""
