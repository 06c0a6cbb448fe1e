"""Furniture told by its words, in whatever case it is set."""

import pytest

from crawler.html import boilerplate


@pytest.mark.parametrize(
    "text",
    [
        "Please turn off your ad blocker to go on reading",
        "WHITELIST US IN YOUR AD-BLOCK",
        "Harbour lights at dusk, back to video",
        "The Larkin kettle, now in copper: Shop Now",
        "Larkin kettle, 1.7 litres - Check Rates",
        "Gazette readers get a tenth off",
        "This platform only provides information storage",
        "SHARE THIS",
        "BY THE HARROW DESK",
        "by jonas pell",
        "Today's letter is brought to you by the Larkin kettle, which never sleeps.",
        "Jonas Pell covers courts. Reach him at jpell@gazette.example or 555-0199.",
        "To view this video please enable JavaScript",
        "SOURCE Quay Farms, LLC",
        "View original content to download multimedia: https://wire.example/1.html",
        "Media contact: Ann Poe, 555-010-0117",
        "Tel. +47 55 50 12 34",
        "- END -",
        "(Edited by Ann Poe)",
        "Fact-checking by Ann Poe",
        "- additional reporting by Ann Poe",
        "This entry was posted in Ships and tagged cranes by Ann Poe. Bookmark the permalink.",
        "Posted by Ann Poe at 8:14 PM",
        "You can skip to the end and leave a response. Pinging is currently not allowed.",
        "Follow Quay News on WhatsApp, Facebook and X. Send your story ideas to news@quay.example.",
        "Listen to the best of Radio Quay on Sounds and follow Quay North on Facebook, X and Instagram.",
        "Thanks to all who sent photos of cranes. Keep them coming: tips@quay.example.",
        "Suivez-nous sur Facebook, X et Instagram.",
        "Folgen Sie uns auf Facebook, Instagram und X.",
        "Leer más: Otra grúa calla",
        "À lire aussi : Une autre grue se tait",
        "Lesen Sie auch: Warum Kräne schweigen",
        "LEIA TAMBÉM: Por que os guindastes se calam",
        "Läs också: Varför kranar tiger",
        "Anzeige",
        "PUBLICIDAD",
        "Temps de lecture : 3 min",
        "3 minuti di lettura",
        "(dpa/ap)",
        "Tous droits réservés.",
        "Inscrivez-vous à notre newsletter pour recevoir l’essentiel.",
        "12 shares · 4 comments",
        "1.2K views",
        "Previous message: [Announce] Board minutes",
        "Be the first to comment",
        "Your browser does not support the audio element.",
        "💡",
        "* * *",
        "任何媒体、网站或个人未经授权不得转载，违者必究",
        "感谢本站网友 风起、雪域 的线索投递！",
        "如果喜欢这篇文章，请点赞、在看",
        "▼ 点击“阅读原文”，报名第12期",
        "本文来自微信公众号：橙子书店（ID：orange），作者：张三，题图来自：视觉中国",
        "本文经授权转自公众号江湾观察（ID：jwgc）",
        "（原载《江湾日报》2026年11月23日第3版）",
        "来源｜江湾日报、江湾晚报",
        "作者 张三 李四",
        "记者丨张三 编辑丨李四",
        "■张三 李四",
        "一审：张三 二审：李四 三审：王五",
        "【摘要】",
        "文章目录",
        "直播简介",
        "上一条：研究生院召开会议",
        "版权归原作者所有，如有侵权请联系删除",
        "阅读(120) 评论(3)",
        "共 3 页 上一页 1 2 3 下一页",
        "原文链接：https://page.example/a.html",
        "大字体 小字体",
        "相关阅读：固态电池装车：真的来了吗",
        "视频加载失败，请刷新页面",
        "本文共1200字，预计阅读时间4分钟。",
        "设为星标，不错过每一篇好文",
        "凡本网注明“来源：江湾网”的所有作品，版权均属于江湾网。",
        "星河智算的展台，業主至今未揀到承辦商。（張三攝）",
        "AFP",
        "Reuters",
        "(Written by Jane Roe)",
        "Le Quotidien du Port avec AFP",
        "More: The crane that stopped at noon",
        "For more, read: The crane that stopped at noon",
        "In this article: cranes, harbours, speech, Wexmouth, dockers, unions, safety, machines, wind, steel",
        "Promoted by the Larkin kettle",
        "Use the promo code KETTLE25",
        "[Read: Why cranes fall silent, and what it costs the harbour]",
        "[Featured image by Ann Poe/Quay Pictures]",
        "Photography by Ann Poe.",
        "Would you like to draw cranes for us? Send your sketches to the Gazette.",
        "See more pictures of the harbour:",
        "For films of every ship that called – subscribe on YouTube!",
        "QuayMoney (Wexmouth) First published November 23, 2026: 8:05 AM ET",
    ],
)
def test_furniture_is_known_in_any_case(text: str) -> None:
    assert boilerplate.is_noise(text)


@pytest.mark.parametrize(
    "text",
    [
        "The council voted to block the road at noon, and the ferries stopped.",
        "By the numbers",
        "By The Numbers",
        "By design",
        "By the lake, the crane stood still.",
        "Port Ellery Community Hall",
        "Office 365 gets a new look",
        "Design in the age of machines",
        "Written in stone",
        "Posted on the border, the soldiers waited for orders.",
        "Follow the river to the bridge, said a post on Facebook, and turn left.",
        "Anyone with information is asked to contact detectives at tips@police.example.",
        "Have your say on the harbour plan by 5 May, the council asked residents.",
        "Leer más libros ayuda a los niños, según un estudio de la universidad.",
        "Mehr dazu sagte der Minister am Montag in Berlin.",
        "Sigue la polémica por el vídeo de YouTube.",
        "Recibe el alta el niño herido en el accidente, según un correo del hospital.",
        "Quelle surprise : la grue parle",
        "Her second novel was first published in 1961, by a press that no longer exists.",
        "© Provided by Quay Wire Ann Poe/Quay The harbour laboratory surprised the docks earlier this year by announcing that its crane,"
        " the largest north of Wexmouth, follows spoken orders in three languages, one of them Welsh.",
        "Readers of the river gauges said the price of diesel had doubled by now.",
    ],
)
def test_prose_with_a_word_of_furniture_is_prose(text: str) -> None:
    assert not boilerplate.is_noise(text)


@pytest.mark.parametrize(
    "text",
    "推荐系统 热门城市 评论区里的芯片 关注我们的人越来越多 打印机的春天 收藏价值 目录学的回归 摘要之外 分享的乐趣 编辑的选择".split(),
)
def test_a_heading_that_begins_like_a_button_is_a_heading(text: str) -> None:
    assert not boilerplate.is_noise(text)


@pytest.mark.parametrize("text", ["网友互动", "精彩评论", "热评 3", "互动区", "网友热议"])
def test_a_heading_opens_what_readers_wrote(text: str) -> None:
    assert boilerplate.opens_comments(text)


@pytest.mark.parametrize(
    "text", ["Jane Holt is a staff writer at The Harrow Gazette.", "Jane Holt covers the harbour for the Gazette."]
)
def test_a_line_on_its_author_is_a_bio(text: str) -> None:
    assert boilerplate.is_bio(text)


@pytest.mark.parametrize(
    ("text", "opens"),
    [
        ("Related work", False),
        ("Latest results of the trial", False),
        ("Trending now", True),
        ("Artículos relacionados", True),
        ("Sur le même sujet", True),
        ("Mehr zum Thema", True),
        ("更多报道", True),
        ("更多人选择坐船", False),
    ],
)
def test_a_heading_opens_a_box(text: str, opens: bool) -> None:
    assert boilerplate.opens_box(text) is opens
