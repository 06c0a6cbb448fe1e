BEGIN;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0014');
CREATE TABLE article (
	id INTEGER NOT NULL, 
	link_key TEXT NOT NULL, 
	title TEXT NOT NULL, 
	link TEXT NOT NULL, 
	text TEXT NOT NULL, 
	summary TEXT NOT NULL, 
	keywords JSON NOT NULL, 
	ai_technologies JSON NOT NULL, 
	industries JSON NOT NULL, 
	events JSON NOT NULL, 
	opening TEXT NOT NULL, 
	published DATETIME, 
	author TEXT, 
	publisher TEXT, 
	language TEXT, 
	source TEXT, 
	tags JSON NOT NULL, 
	fetched DATETIME, 
	first_seen DATETIME NOT NULL, 
	facts JSON NOT NULL, 
	analysis TEXT, 
	content_hash TEXT NOT NULL, 
	story BIGINT, 
	story_reason TEXT, 
	reprint_of INTEGER, 
	shown_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, companies JSON, 
	CONSTRAINT pk_article PRIMARY KEY (id), 
	CONSTRAINT fk_article_reprint_of FOREIGN KEY(reprint_of) REFERENCES article (id) ON DELETE SET NULL, 
	CONSTRAINT uq_article_link_key UNIQUE (link_key)
);
INSERT INTO "article" VALUES(1, '//a.example/1', '青禾发布大模型 1', 'https://a.example/1', '青禾实验室11月24日发布大模型青禾二号，支持十二种语言，训练数据同日公开。第1篇。', '', '["大模型"]', '["大模型"]', '[]', '[{"headline":"青禾实验室发布大模型青禾二号","detail":"青禾实验室11月24日发布大模型青禾二号，支持十二种语言，训练数据同日公开。","type":"other","actors":null,"object":null,"amount":null,"date":null}]', '', '2026-11-24 08:00:00.000000', NULL, NULL, 'zh', 'b', '["t"]', NULL, '2026-11-24 08:00:00.000000', '[{"kind":"technology","value":"大模型","quote":"大模型","by":"taxonomy","start":13,"end":16,"score":1.0,"concept":null}]', NULL, 'cfbb6ae1e68321e58d7df4d67f7610d2', 1, NULL, NULL, '2026-11-24 08:00:00.000000', '2026-11-24 08:00:00.000000', '[]');
INSERT INTO "article" VALUES(2, '//a.example/2', '青禾发布大模型（更正）', 'https://a.example/2', '更正：青禾实验室11月24日发布大模型青禾二号，支持十二种语言，训练数据同日公开。此前所载参数有误，应为九百亿。', '', '[]', '[]', '[]', '[]', '', NULL, NULL, NULL, NULL, 'a', '["t"]', NULL, '2026-11-24 08:00:00.000000', '[]', NULL, '9283a1b3edbfa9491385576fffbc6f31', 1, 'the same event as record 1: thing, wording, anything by name, words of the headline, act, copied text, an amount that the other lacks (6.38 points)', NULL, '2026-11-24 08:00:00.000000', '2026-11-24 09:00:00.000000', '[]');
INSERT INTO "article" VALUES(3, '//a.example/3', '青禾发布大模型 3', 'https://a.example/3', '青禾实验室11月24日发布大模型青禾二号，支持十二种语言，训练数据同日公开。第3篇。', '', '["大模型"]', '["大模型"]', '[]', '[{"headline":"青禾实验室发布大模型青禾二号","detail":"青禾实验室11月24日发布大模型青禾二号，支持十二种语言，训练数据同日公开。","type":"other","actors":null,"object":null,"amount":null,"date":null}]', '', '2026-11-24 08:00:00.000000', NULL, NULL, 'zh', 'b', '["t"]', NULL, '2026-11-24 08:00:00.000000', '[{"kind":"technology","value":"大模型","quote":"大模型","by":"taxonomy","start":13,"end":16,"score":1.0,"concept":null}]', NULL, '3c75766c0919ea537da02562352ddb63', 1, 'the same event as record 1: thing, wording, anything by name, words of the headline, act, copied text, an amount that the other lacks (6.38 points)', NULL, '2026-11-24 08:00:00.000000', '2026-11-24 08:00:00.000000', '[]');
CREATE TABLE annotation (
	article_id INTEGER NOT NULL, 
	content_hash TEXT NOT NULL, 
	model TEXT NOT NULL, 
	state TEXT NOT NULL, 
	tries INTEGER NOT NULL, 
	next_at DATETIME NOT NULL, 
	at DATETIME NOT NULL, 
	tokens INTEGER NOT NULL, 
	detail TEXT NOT NULL, 
	CONSTRAINT pk_annotation PRIMARY KEY (article_id), 
	CONSTRAINT ck_annotation_state CHECK (state IN ('waiting', 'done', 'failed')), 
	CONSTRAINT fk_annotation_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
);
CREATE TABLE model_usage (
	month TEXT NOT NULL, 
	tokens BIGINT NOT NULL, 
	requests INTEGER NOT NULL, 
	CONSTRAINT pk_model_usage PRIMARY KEY (month)
);
CREATE TABLE heartbeat (
	name TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	detail TEXT, 
	CONSTRAINT pk_heartbeat PRIMARY KEY (name)
);
CREATE TABLE host (
	name TEXT NOT NULL, 
	next_at DATETIME NOT NULL, 
	reason TEXT, ready_at DATETIME, delay FLOAT, owner TEXT, held_until DATETIME, 
	CONSTRAINT pk_host PRIMARY KEY (name)
);
INSERT INTO "host" VALUES('a.example', '2026-11-24 08:00:00.000000', NULL, '2026-11-24 08:00:00.000000', NULL, NULL, NULL);
INSERT INTO "host" VALUES('b.example', '2026-11-24 08:00:00.000000', NULL, '2026-11-24 08:00:00.000000', NULL, NULL, NULL);
CREATE TABLE source (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	url TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	found_kind TEXT, 
	title TEXT, 
	enabled BOOLEAN NOT NULL, 
	first_polled_at DATETIME, 
	last_polled_at DATETIME, 
	last_ok_at DATETIME, 
	last_new_at DATETIME, 
	last_outcome TEXT, 
	last_detail TEXT, 
	fail_count INTEGER NOT NULL, 
	told_state TEXT, 
	told_at DATETIME, 
	polls INTEGER NOT NULL, 
	not_modified INTEGER NOT NULL, 
	articles INTEGER NOT NULL, 
	newest_at DATETIME, 
	habits JSON, 
	moved_to TEXT, rhythm JSON, subscription JSON, 
	CONSTRAINT pk_source PRIMARY KEY (id), 
	CONSTRAINT uq_source_name UNIQUE (name)
);
INSERT INTO "source" VALUES(1, 'a', 'https://a.example/feed', 'auto', 'feed', NULL, 1, '2026-11-24 08:00:00.000000', '2026-11-24 08:00:00.000000', '2026-11-24 08:00:00.000000', '2026-11-24 08:00:00.000000', 'ok', NULL, 0, NULL, NULL, 1, 0, 1, NULL, '{"moments":[],"latest":null,"listed":1,"size":0,"renamed":[0,""],"recent":[],"past":[0.0,{},{},0.0,0.0]}', NULL, '{"since":"2026-11-24T08:00:00+00:00","at":"2026-11-24T08:00:00+00:00","hours":[0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0],"minutes":[0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0],"skip_hours":[]}', NULL);
INSERT INTO "source" VALUES(2, 'b', 'https://b.example/', 'auto', NULL, NULL, 1, NULL, NULL, NULL, '2026-11-24 08:00:00.000000', NULL, NULL, 0, NULL, NULL, 0, 0, 2, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE gap (
	id INTEGER NOT NULL, 
	source_id INTEGER NOT NULL, 
	begins DATETIME NOT NULL, 
	ends DATETIME NOT NULL, 
	found_at DATETIME NOT NULL, 
	filled_at DATETIME, 
	CONSTRAINT pk_gap PRIMARY KEY (id), 
	CONSTRAINT fk_gap_source_id FOREIGN KEY(source_id) REFERENCES source (id) ON DELETE CASCADE
);
CREATE TABLE notice (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	title TEXT NOT NULL, 
	note TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	next_at DATETIME, 
	sent_at DATETIME, 
	attempts INTEGER NOT NULL, 
	last_error TEXT, fence INTEGER DEFAULT '0' NOT NULL, recoveries INTEGER DEFAULT '0' NOT NULL, state TEXT DEFAULT 'pending' NOT NULL, owner TEXT, vendor_answer TEXT, lease_until DATETIME, 
	CONSTRAINT pk_notice PRIMARY KEY (id), 
	CONSTRAINT uq_notice_key UNIQUE ("key")
);
CREATE TABLE alert (
	id INTEGER NOT NULL, 
	dedup_key TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	rule_version TEXT NOT NULL, 
	article_id INTEGER NOT NULL, 
	story BIGINT NOT NULL, 
	payload JSON NOT NULL, 
	reprints INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	due_at DATETIME NOT NULL, 
	follows INTEGER, 
	CONSTRAINT pk_alert PRIMARY KEY (id), 
	CONSTRAINT fk_alert_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE, 
	CONSTRAINT fk_alert_follows FOREIGN KEY(follows) REFERENCES alert (id) ON DELETE CASCADE, 
	CONSTRAINT uq_alert_dedup_key UNIQUE (dedup_key)
);
INSERT INTO "alert" VALUES(1, 'llm|1', 'llm', 'v1', 1, 1, '{"title":"青禾"}', 0, '2026-11-24 08:00:00.000000', '2026-11-24 08:00:00.000000', NULL);
INSERT INTO "alert" VALUES(2, 'chips|1', 'chips', 'v1', 3, 1, '{}', 0, '2026-11-24 08:00:00.000000', '2026-11-24 08:00:00.000000', NULL);
CREATE TABLE article_alias (
	link_key TEXT NOT NULL, 
	article_id INTEGER, 
	CONSTRAINT pk_article_alias PRIMARY KEY (link_key), 
	CONSTRAINT fk_article_alias_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
);
CREATE TABLE revision (
	id INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	title TEXT NOT NULL, 
	text TEXT NOT NULL, 
	content_hash TEXT NOT NULL, 
	CONSTRAINT pk_revision PRIMARY KEY (id), 
	CONSTRAINT fk_revision_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
);
INSERT INTO "revision" VALUES(1, 2, '2026-11-24 09:00:00.000000', '青禾发布大模型 2', '青禾实验室11月24日发布大模型青禾二号，支持十二种语言，训练数据同日公开。第2篇。', '1dbc5a61a221fcd66f36f574653e434b');
CREATE TABLE tally (
	rule TEXT NOT NULL, 
	day TEXT NOT NULL, 
	matches INTEGER NOT NULL, 
	alerts INTEGER NOT NULL, 
	last_at DATETIME NOT NULL, 
	CONSTRAINT pk_tally PRIMARY KEY (rule, day)
);
INSERT INTO "tally" VALUES('llm', '2026-11-24', 1, 1, '2026-11-24 08:00:00.000000');
INSERT INTO "tally" VALUES('chips', '2026-11-24', 1, 1, '2026-11-24 08:00:00.000000');
CREATE TABLE teller (
	alert_id INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	how TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	at DATETIME NOT NULL, draft JSON, 
	CONSTRAINT pk_teller PRIMARY KEY (alert_id, article_id), 
	CONSTRAINT ck_teller_how CHECK (how IN ('reprint', 'event')), 
	CONSTRAINT fk_teller_alert_id FOREIGN KEY(alert_id) REFERENCES alert (id) ON DELETE CASCADE, 
	CONSTRAINT fk_teller_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
);
CREATE TABLE task (
	id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	source_id INTEGER NOT NULL, 
	url TEXT NOT NULL, 
	host TEXT NOT NULL, 
	hint JSON, 
	state TEXT NOT NULL, 
	due_at DATETIME NOT NULL, 
	turn DATETIME NOT NULL, 
	attempts INTEGER NOT NULL, 
	owner TEXT, 
	lease_until DATETIME, 
	fence INTEGER NOT NULL, 
	etag TEXT, 
	last_modified TEXT, 
	reason TEXT, 
	detail TEXT, 
	depth INTEGER NOT NULL, 
	baseline BOOLEAN NOT NULL, 
	listed_at DATETIME, 
	created_at DATETIME NOT NULL, 
	done_at DATETIME, guid TEXT, full_at DATETIME, 
	CONSTRAINT pk_task PRIMARY KEY (id), 
	CONSTRAINT ck_task_kind CHECK (kind IN ('poll', 'article')), 
	CONSTRAINT ck_task_state CHECK (state IN ('due', 'leased', 'done', 'dead', 'skipped', 'paused')), 
	CONSTRAINT fk_task_source_id FOREIGN KEY(source_id) REFERENCES source (id) ON DELETE CASCADE, 
	CONSTRAINT uq_task_key UNIQUE ("key")
);
INSERT INTO "task" VALUES(1, 'poll', 'poll|a|https://a.example/feed', 1, 'https://a.example/feed', 'a.example', NULL, 'due', '2026-11-24 09:00:00.000000', '2026-11-24 09:00:00.000000', 0, NULL, NULL, 1, '"1"', NULL, 'ok', NULL, 0, 0, NULL, '2026-11-24 08:00:00.000000', '2026-11-24 08:00:00.000000', NULL, '2026-11-24 08:00:00.000000');
INSERT INTO "task" VALUES(2, 'poll', 'poll|b|https://b.example/', 2, 'https://b.example/', 'b.example', NULL, 'due', '2026-11-24 08:00:00.000000', '2026-11-24 08:00:00.000000', 0, NULL, NULL, 0, NULL, NULL, NULL, NULL, 0, 0, NULL, '2026-11-24 08:00:00.000000', NULL, NULL, NULL);
INSERT INTO "task" VALUES(3, 'article', '//a.example/1', 1, 'https://a.example/1', 'a.example', '{"url":"https://a.example/1","title":"青禾发布大模型"}', 'due', '2026-11-24 08:00:00.000000', '2026-11-24 08:00:00.000000', 0, NULL, NULL, 0, NULL, NULL, NULL, NULL, 0, 1, NULL, '2026-11-24 08:00:00.000000', NULL, NULL, NULL);
CREATE TABLE delivery (
	id INTEGER NOT NULL, 
	alert_id INTEGER NOT NULL, 
	channel TEXT NOT NULL, 
	idem_key TEXT NOT NULL, 
	state TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	next_at DATETIME NOT NULL, 
	fence INTEGER NOT NULL, 
	owner TEXT, 
	lease_until DATETIME, 
	last_error TEXT, 
	vendor_answer TEXT, 
	sent_at DATETIME, 
	recoveries INTEGER NOT NULL, 
	CONSTRAINT pk_delivery PRIMARY KEY (id), 
	CONSTRAINT ck_delivery_state CHECK (state IN ('pending', 'sending', 'sent', 'dead', 'held')), 
	CONSTRAINT fk_delivery_alert_id FOREIGN KEY(alert_id) REFERENCES alert (id) ON DELETE CASCADE, 
	CONSTRAINT uq_delivery_alert_id_channel UNIQUE (alert_id, channel), 
	CONSTRAINT uq_delivery_idem_key UNIQUE (idem_key)
);
INSERT INTO "delivery" VALUES(1, 1, 'desk', '4145d6c43512ee0bae8de7f1e05d9c76', 'sent', 1, '2026-11-24 08:00:00.000000', 1, NULL, NULL, NULL, 'ok', '2026-11-24 08:00:00.000000', 0);
INSERT INTO "delivery" VALUES(2, 2, 'desk', 'b79df5c40e632a98ea5c67b1d2e23081', 'pending', 0, '2026-11-24 08:00:00.000000', 0, NULL, NULL, NULL, NULL, NULL, 0);
CREATE TABLE attempt (
	delivery_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	outcome TEXT, 
	code TEXT, 
	detail TEXT, 
	CONSTRAINT pk_attempt PRIMARY KEY (delivery_id, number), 
	CONSTRAINT fk_attempt_delivery_id FOREIGN KEY(delivery_id) REFERENCES delivery (id) ON DELETE CASCADE
);
INSERT INTO "attempt" VALUES(1, 1, '2026-11-24 08:00:00.000000', '2026-11-24 08:00:00.000000', 'sent', NULL, 'ok');
CREATE TABLE story_pair (
	one INTEGER NOT NULL, 
	other INTEGER NOT NULL, 
	together BOOLEAN NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_story_pair PRIMARY KEY (one, other), 
	CONSTRAINT fk_story_pair_one FOREIGN KEY(one) REFERENCES article (id) ON DELETE CASCADE, 
	CONSTRAINT fk_story_pair_other FOREIGN KEY(other) REFERENCES article (id) ON DELETE CASCADE
);
CREATE TABLE concept (
	id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	zh TEXT NOT NULL, 
	en TEXT NOT NULL, 
	CONSTRAINT pk_concept PRIMARY KEY (id), 
	CONSTRAINT uq_concept_kind_key UNIQUE (kind, "key")
);
INSERT INTO "concept" VALUES(1, 'all', '', '', '');
INSERT INTO "concept" VALUES(2, 'technology', 'llm', '大语言模型', 'large language model');
INSERT INTO "concept" VALUES(3, 'language', 'zh', 'zh', 'zh');
CREATE TABLE mention (
	concept_id INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	story BIGINT NOT NULL, 
	article_id INTEGER NOT NULL, 
	acts BOOLEAN NOT NULL, 
	CONSTRAINT pk_mention PRIMARY KEY (concept_id, day, story, article_id), 
	CONSTRAINT fk_mention_concept_id FOREIGN KEY(concept_id) REFERENCES concept (id) ON DELETE CASCADE, 
	CONSTRAINT fk_mention_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "mention" VALUES(1, 20261124, 1, 1, 0);
INSERT INTO "mention" VALUES(1, 20261124, 1, 2, 0);
INSERT INTO "mention" VALUES(1, 20261124, 1, 3, 0);
INSERT INTO "mention" VALUES(2, 20261124, 1, 1, 0);
INSERT INTO "mention" VALUES(2, 20261124, 1, 3, 0);
INSERT INTO "mention" VALUES(3, 20261124, 1, 1, 0);
INSERT INTO "mention" VALUES(3, 20261124, 1, 3, 0);
CREATE TABLE volume (
	concept_id INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	records INTEGER NOT NULL, 
	stories INTEGER NOT NULL, 
	CONSTRAINT pk_volume PRIMARY KEY (concept_id, day), 
	CONSTRAINT fk_volume_concept_id FOREIGN KEY(concept_id) REFERENCES concept (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "volume" VALUES(1, 20261124, 3, 1);
INSERT INTO "volume" VALUES(2, 20261124, 2, 1);
INSERT INTO "volume" VALUES(3, 20261124, 2, 1);
CREATE TABLE backfill (
	name TEXT NOT NULL, 
	label TEXT NOT NULL, 
	zone TEXT NOT NULL, 
	below BIGINT NOT NULL, 
	CONSTRAINT pk_backfill PRIMARY KEY (name)
);
INSERT INTO "backfill" VALUES('archive', '1/14.0.0', '', 0);
CREATE VIRTUAL TABLE search_index USING fts5(words, content='', columnsize=0, detail='none', tokenize="ascii tokenchars ':'");
DELETE FROM "search_index_data";
INSERT INTO "search_index_data" VALUES(1, X'03814F');
INSERT INTO "search_index_data" VALUES(10, X'000000000104040004010101020101030101040101');
INSERT INTO "search_index_data" VALUES(137438953473, X'0000017702303101020131010102323401010D6C616E673A643231656162376101010F736F757263653A666439643366353101010C7461673A3634653139306138010103E4BA8C010403E58FB7010403E7A78D010103E585AC010403E5BC800102028D81010403E4BA8C0102028F91010403E5B883010301B7010202908C010403E697A50102029E8B010403E99D92010202A4A7010403E6A8A1010202AE9E010403E9AA8C010301A4010403E58F91010202B883010403E5A4A7010202BC80010103E68C81010403E58D810102028DAE010403E5908C01020294AF010403E68C8101020295B0010403E68DAE01020297A5010403E585AC0105028F910102029C88010202A8A1010403E59E8B010103E7A6BE010403E4BA8C010403E58F91010502AE9E010202A78D010403E8AFAD010202ACAC010202AF87010202BB83010403E695B0010103E8A880010202AEAD010403E7BB83010202AFAD010403E8A880010103E99D92010403E7A6BE010202AA8C010403E5AEA4010404040510120F06060606060506050604050605060506050604060506050606050605060506050605050506060606050506050505060605060506060605');
INSERT INTO "search_index_data" VALUES(274877906945, X'0000017703303131020101320202013402010D6C616E673A643231656162376102010F736F757263653A636132333463353502010C7461673A3634653139306138020103E4BA8C020403E58FB7020403E7A78D020103E585AC020403E5BC800202028D81020403E4BA8C0202028F91020403E5B883020301B7020202908C020403E697A50202029E8B020403E99D92020202A4A7020403E6A8A1020202AE9E020403E9AA8C020301A4020403E58F91020202B883020403E5A4A7020202BC80020103E68C81020403E58D810202028DAE020403E5908C02020294AF020403E68C8102020295B0020403E68DAE02020297A5020403E585AC0205028F910202029C88020202A8A1020403E59E8B020103E7A6BE020403E4BA8C020403E58F91020502AE9E020202A78D020403E8AFAD020202ACAC020202AF87020202BB83020403E695B0020103E8A880020202AEAD020403E7BB83020202AFAD020403E8A880020103E99D92020403E7A6BE020202AA8C020403E5AEA4020405040410120F06060606060506050604050605060506050604060506050606050605060506050605050506060606050506050505060605060506060605');
INSERT INTO "search_index_data" VALUES(412316860417, X'000001780330313103010232340301013303010D6C616E673A643231656162376103010F736F757263653A666439643366353103010C7461673A3634653139306138030103E4BA8C030403E58FB7030403E7A78D030103E585AC030403E5BC800302028D81030403E4BA8C0302028F91030403E5B883030301B7030202908C030403E697A50302029E8B030403E99D92030202A4A7030403E6A8A1030202AE9E030403E9AA8C030301A4030403E58F91030202B883030403E5A4A7030202BC80030103E68C81030403E58D810302028DAE030403E5908C03020294AF030403E68C8103020295B0030403E68DAE03020297A5030403E585AC0305028F910302029C88030202A8A1030403E59E8B030103E7A6BE030403E4BA8C030403E58F91030502AE9E030202A78D030403E8AFAD030202ACAC030202AF87030202BB83030403E695B0030103E8A880030202AEAD030403E7BB83030202AFAD030403E8A880030103E99D92030403E7A6BE030202AA8C030403E5AEA4030405050410120F06060606060506050604050605060506050604060506050606050605060506050605050506060606050506050505060605060506060605');
INSERT INTO "search_index_data" VALUES(549755813889, X'00000276033031310200000101320200020134020000010D6C616E673A64323165616237610200010F736F757263653A6361323334633535020000010C7461673A36346531393061380200000103E4B8BA020403E4B99D020202B99D020403E799BE020202BA8C0200000403E58FB70200000403E7A78D0200000301BF020103E585AC0200000403E5BC800200000202898D020403E689800202028D810200000403E4BA8C02000002028F82020403E695B0020301910200000403E5B8830200000301B70200000202908C0200000403E697A502000002029E8B0200000403E99D920200000202A4A70200000403E6A8A10200000202AE9E0200000403E9AA8C0200000301A40200000403E58F9102000202B8830200000403E5A4A70200000202BA94020403E4B8BA020202BC800200000103E68980020403E8BDBD0202028C810200000403E58D8102000002028DAE0200000403E5908C020000020294AF0200000403E68C81020000020295B00200000403E68DAE02000005029C8902020297A50200000403E585AC02000005028F9102000002029BB4020403E6ADA30202029C88020000030189020403E8AFAF020202A8A10200000403E59E8B0200000202ADA3020301A4020403E5898D020103E799BE020403E4BABF020202A6BE0200000403E4BA8C0200000403E58F910200000502AE9E0200000202A78D0200000403E8AFAD0200000202ACAC02000202AF8702000202BB830200000403E695B00200000103E8A8800200000202AEAD0200000403E7BB830200000202AFAD0200000403E8A8800200000301AF020202BDBD020403E58F82020103E99D920200000403E7A6BE0200000202AA8C0200000403E5AEA402000004070506111411060605060708080408080506070805060608060708070807080708060707080506070606070807080708070805070807050607040607080504060606070808070708060607080807080708040506080807');
DELETE FROM "search_index_idx";
INSERT INTO "search_index_idx" VALUES(1, X'', 2);
INSERT INTO "search_index_idx" VALUES(2, X'', 2);
INSERT INTO "search_index_idx" VALUES(3, X'', 2);
INSERT INTO "search_index_idx" VALUES(4, X'', 2);
DELETE FROM "search_index_config";
INSERT INTO "search_index_config" VALUES('version', 4);
CREATE VIRTUAL TABLE search_index_terms USING fts5vocab(search_index, row);
CREATE TABLE person (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	role TEXT NOT NULL, 
	password_hash TEXT, 
	language TEXT, 
	theme TEXT, 
	reads_from DATETIME NOT NULL, 
	made_at DATETIME NOT NULL, 
	disabled_at DATETIME, 
	CONSTRAINT pk_person PRIMARY KEY (id), 
	CONSTRAINT ck_person_role CHECK (role IN ('viewer', 'editor', 'owner')), 
	CONSTRAINT uq_person_key UNIQUE ("key")
);
INSERT INTO "person" VALUES(0, '', '', 'owner', NULL, NULL, NULL, '2026-11-24 08:00:00.000000', '2026-11-24 08:00:00.000000', NULL);
CREATE TABLE session (
	token_hash TEXT NOT NULL, 
	person_id INTEGER NOT NULL, 
	made_at DATETIME NOT NULL, 
	seen_at DATETIME NOT NULL, 
	ends_at DATETIME NOT NULL, 
	agent TEXT NOT NULL, 
	CONSTRAINT pk_session PRIMARY KEY (token_hash), 
	CONSTRAINT fk_session_person_id FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE
);
CREATE TABLE token (
	id INTEGER NOT NULL, 
	token_hash TEXT NOT NULL, 
	person_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	scope TEXT NOT NULL, 
	made_at DATETIME NOT NULL, 
	used_at DATETIME, 
	ends_at DATETIME, 
	revoked_at DATETIME, 
	CONSTRAINT pk_token PRIMARY KEY (id), 
	CONSTRAINT fk_token_person_id FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE, 
	CONSTRAINT uq_token_token_hash UNIQUE (token_hash)
);
CREATE TABLE seen (
	person_id INTEGER NOT NULL, 
	story BIGINT NOT NULL, 
	read_to DATETIME NOT NULL, 
	starred_at DATETIME, 
	CONSTRAINT pk_seen PRIMARY KEY (person_id, story), 
	CONSTRAINT fk_seen_person_id FOREIGN KEY(person_id) REFERENCES person (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE TABLE label (
	story BIGINT NOT NULL, 
	word TEXT NOT NULL, 
	person_id BIGINT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_label PRIMARY KEY (story, word)
)
 WITHOUT ROWID

;
CREATE TABLE note (
	id INTEGER NOT NULL, 
	story BIGINT NOT NULL, 
	article_id INTEGER, 
	person_id BIGINT NOT NULL, 
	at DATETIME NOT NULL, 
	text TEXT NOT NULL, 
	start INTEGER, 
	"end" INTEGER, 
	quote TEXT, 
	CONSTRAINT pk_note PRIMARY KEY (id), 
	CONSTRAINT fk_note_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE SET NULL
);
CREATE TABLE task_of (
	story BIGINT NOT NULL, 
	person_id BIGINT NOT NULL, 
	by_id BIGINT NOT NULL, 
	at DATETIME NOT NULL, 
	note TEXT NOT NULL, 
	done_at DATETIME, 
	CONSTRAINT pk_task_of PRIMARY KEY (story, person_id)
)
 WITHOUT ROWID

;
CREATE TABLE verdict (
	id INTEGER NOT NULL, 
	about TEXT NOT NULL, 
	record BIGINT NOT NULL, 
	other BIGINT, 
	rule TEXT, 
	value TEXT, 
	person_id BIGINT NOT NULL, 
	at DATETIME NOT NULL, 
	note TEXT NOT NULL, 
	sample JSON NOT NULL, 
	settled TEXT, 
	settled_at DATETIME, 
	CONSTRAINT pk_verdict PRIMARY KEY (id), 
	CONSTRAINT ck_verdict_about CHECK (about IN ('match', 'fold', 'split', 'field')), 
	CONSTRAINT ck_verdict_settled CHECK (settled IN ('applied', 'dismissed'))
);
CREATE TABLE change (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	person_id BIGINT NOT NULL, 
	what TEXT NOT NULL, 
	object TEXT NOT NULL, 
	"before" JSON, 
	"after" JSON, 
	CONSTRAINT pk_change PRIMARY KEY (id)
);
CREATE TABLE shingle (
	part INTEGER NOT NULL, 
	"key" INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	CONSTRAINT pk_shingle PRIMARY KEY (part, "key", article_id)
)
 WITHOUT ROWID

;
INSERT INTO "shingle" VALUES(0, 43897102, 2);
INSERT INTO "shingle" VALUES(0, 206978295, 2);
INSERT INTO "shingle" VALUES(0, 211823815, 1);
INSERT INTO "shingle" VALUES(0, 275949434, 3);
INSERT INTO "shingle" VALUES(0, 486754436, 1);
INSERT INTO "shingle" VALUES(0, 486754436, 2);
INSERT INTO "shingle" VALUES(0, 486754436, 3);
INSERT INTO "shingle" VALUES(0, 685906402, 2);
INSERT INTO "shingle" VALUES(0, 730656850, 2);
INSERT INTO "shingle" VALUES(0, 730656850, 3);
INSERT INTO "shingle" VALUES(0, 972790615, 2);
INSERT INTO "shingle" VALUES(0, 1101451820, 1);
INSERT INTO "shingle" VALUES(0, 1152042270, 1);
INSERT INTO "shingle" VALUES(0, 1482593743, 2);
INSERT INTO "shingle" VALUES(0, 1544012992, 1);
INSERT INTO "shingle" VALUES(0, 1544012992, 2);
INSERT INTO "shingle" VALUES(0, 1544012992, 3);
INSERT INTO "shingle" VALUES(0, 1637595306, 1);
INSERT INTO "shingle" VALUES(0, 1637595306, 3);
INSERT INTO "shingle" VALUES(0, 1940233078, 2);
INSERT INTO "shingle" VALUES(0, 2120726633, 3);
CREATE TABLE story_key (
	part INTEGER NOT NULL, 
	"key" INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	CONSTRAINT pk_story_key PRIMARY KEY (part, "key", article_id)
)
 WITHOUT ROWID

;
INSERT INTO "story_key" VALUES(0, 3333717, 1);
INSERT INTO "story_key" VALUES(0, 3333717, 2);
INSERT INTO "story_key" VALUES(0, 3333717, 3);
INSERT INTO "story_key" VALUES(0, 104663436, 1);
INSERT INTO "story_key" VALUES(0, 104663436, 2);
INSERT INTO "story_key" VALUES(0, 104663436, 3);
INSERT INTO "story_key" VALUES(0, 263706435, 1);
INSERT INTO "story_key" VALUES(0, 263706435, 2);
INSERT INTO "story_key" VALUES(0, 263706435, 3);
INSERT INTO "story_key" VALUES(0, 318297959, 1);
INSERT INTO "story_key" VALUES(0, 318297959, 2);
INSERT INTO "story_key" VALUES(0, 318297959, 3);
INSERT INTO "story_key" VALUES(0, 632145323, 1);
INSERT INTO "story_key" VALUES(0, 632145323, 2);
INSERT INTO "story_key" VALUES(0, 632145323, 3);
INSERT INTO "story_key" VALUES(0, 719816938, 2);
INSERT INTO "story_key" VALUES(0, 785877775, 2);
INSERT INTO "story_key" VALUES(0, 809190924, 1);
INSERT INTO "story_key" VALUES(0, 809190924, 2);
INSERT INTO "story_key" VALUES(0, 809190924, 3);
INSERT INTO "story_key" VALUES(0, 914681674, 1);
INSERT INTO "story_key" VALUES(0, 914681674, 2);
INSERT INTO "story_key" VALUES(0, 914681674, 3);
INSERT INTO "story_key" VALUES(0, 972544307, 1);
INSERT INTO "story_key" VALUES(0, 972544307, 2);
INSERT INTO "story_key" VALUES(0, 972544307, 3);
INSERT INTO "story_key" VALUES(0, 1042225267, 1);
INSERT INTO "story_key" VALUES(0, 1042225267, 2);
INSERT INTO "story_key" VALUES(0, 1042225267, 3);
INSERT INTO "story_key" VALUES(0, 1106284599, 1);
INSERT INTO "story_key" VALUES(0, 1106284599, 2);
INSERT INTO "story_key" VALUES(0, 1106284599, 3);
INSERT INTO "story_key" VALUES(0, 1123372549, 1);
INSERT INTO "story_key" VALUES(0, 1123372549, 2);
INSERT INTO "story_key" VALUES(0, 1123372549, 3);
INSERT INTO "story_key" VALUES(0, 1217079122, 1);
INSERT INTO "story_key" VALUES(0, 1217079122, 2);
INSERT INTO "story_key" VALUES(0, 1217079122, 3);
INSERT INTO "story_key" VALUES(0, 1329035194, 1);
INSERT INTO "story_key" VALUES(0, 1329035194, 2);
INSERT INTO "story_key" VALUES(0, 1329035194, 3);
INSERT INTO "story_key" VALUES(0, 1450918098, 1);
INSERT INTO "story_key" VALUES(0, 1450918098, 2);
INSERT INTO "story_key" VALUES(0, 1450918098, 3);
INSERT INTO "story_key" VALUES(0, 1768867579, 1);
INSERT INTO "story_key" VALUES(0, 1768867579, 2);
INSERT INTO "story_key" VALUES(0, 1768867579, 3);
INSERT INTO "story_key" VALUES(0, 1918093920, 2);
INSERT INTO "story_key" VALUES(0, 1947967360, 2);
INSERT INTO "story_key" VALUES(0, 1977207497, 1);
INSERT INTO "story_key" VALUES(0, 1977207497, 2);
INSERT INTO "story_key" VALUES(0, 1977207497, 3);
INSERT INTO "story_key" VALUES(0, 2001745580, 1);
INSERT INTO "story_key" VALUES(0, 2001745580, 2);
INSERT INTO "story_key" VALUES(0, 2001745580, 3);
INSERT INTO "story_key" VALUES(0, 2125604726, 1);
INSERT INTO "story_key" VALUES(0, 2125604726, 2);
INSERT INTO "story_key" VALUES(0, 2125604726, 3);
CREATE TABLE usage (
	day TEXT NOT NULL, 
	shard INTEGER NOT NULL, 
	requests INTEGER NOT NULL, 
	polls INTEGER NOT NULL, 
	CONSTRAINT pk_usage PRIMARY KEY (day, shard)
);
CREATE TABLE robots (
	origin TEXT NOT NULL, 
	body TEXT NOT NULL, 
	until DATETIME NOT NULL, 
	CONSTRAINT pk_robots PRIMARY KEY (origin)
);
CREATE TABLE worker (
	id TEXT NOT NULL, 
	host TEXT NOT NULL, 
	place TEXT NOT NULL, 
	roles TEXT NOT NULL, 
	version TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	pid INTEGER NOT NULL, 
	config INTEGER, 
	started_at DATETIME NOT NULL, 
	beat_at DATETIME NOT NULL, 
	CONSTRAINT pk_worker PRIMARY KEY (id)
);
CREATE TABLE lease (
	name TEXT NOT NULL, 
	holder TEXT NOT NULL, 
	epoch BIGINT NOT NULL, 
	until DATETIME NOT NULL, 
	CONSTRAINT pk_lease PRIMARY KEY (name)
);
CREATE TABLE inbox (
	id INTEGER NOT NULL, 
	task_id BIGINT NOT NULL, 
	fence INTEGER NOT NULL, 
	config INTEGER, 
	finished JSON NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_inbox PRIMARY KEY (id), 
	CONSTRAINT uq_inbox_task_id_fence UNIQUE (task_id, fence)
);
CREATE TABLE published (
	version INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_published PRIMARY KEY (version)
);
CREATE TABLE known_link (
	"key" BIGINT NOT NULL, 
	source_id INTEGER NOT NULL, 
	article_id BIGINT, 
	guid BIGINT, 
	place BIGINT, 
	fragment TEXT, 
	baseline BOOLEAN NOT NULL, 
	CONSTRAINT pk_known_link PRIMARY KEY ("key"), 
	CONSTRAINT fk_known_link_source_id FOREIGN KEY(source_id) REFERENCES source (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE INDEX ix_article_story ON article (story);
CREATE INDEX ix_gap_source_id ON gap (source_id);
CREATE INDEX ix_gap_found_at ON gap (found_at);
CREATE INDEX ix_notice_next_at ON notice (next_at);
CREATE INDEX ix_alert_article_id ON alert (article_id);
CREATE INDEX ix_alert_rule ON alert (rule);
CREATE INDEX ix_article_alias_article_id ON article_alias (article_id);
CREATE INDEX ix_revision_article_id ON revision (article_id);
CREATE INDEX ix_teller_article_id ON teller (article_id);
CREATE INDEX ix_task_host_state_turn ON task (host, state, turn);
CREATE INDEX ix_task_source_id ON task (source_id);
CREATE INDEX ix_task_state_kind ON task (state, kind);
CREATE INDEX ix_delivery_channel_state_next_at ON delivery (channel, state, next_at);
CREATE INDEX ix_article_reprint_of ON article (reprint_of);
CREATE INDEX ix_alert_follows ON alert (follows);
CREATE INDEX ix_notice_channel_state_next_at ON notice (channel, state, next_at);
CREATE INDEX ix_story_pair_other ON story_pair (other);
CREATE INDEX ix_article_first_seen ON article (first_seen);
CREATE INDEX ix_mention_article_id ON mention (article_id);
CREATE INDEX ix_volume_day ON volume (day);
CREATE INDEX ix_task_source_id_guid ON task (source_id, guid);
CREATE INDEX ix_article_shown_at_id_story_source_language_reprint_of ON article (shown_at, id, story, source, language, reprint_of);
CREATE INDEX ix_article_id_shown_at_source ON article (id, shown_at, source);
CREATE INDEX ix_article_source_shown_at_id ON article (source, shown_at, id);
CREATE INDEX ix_alert_story_id ON alert (story, id);
CREATE INDEX ix_session_person_id ON session (person_id);
CREATE INDEX ix_token_person_id ON token (person_id);
CREATE INDEX ix_seen_story ON seen (story);
CREATE INDEX ix_seen_person_id_starred_at ON seen (person_id, starred_at);
CREATE INDEX ix_label_word ON label (word);
CREATE INDEX ix_note_story ON note (story);
CREATE INDEX ix_note_article_id ON note (article_id);
CREATE INDEX ix_task_of_person_id ON task_of (person_id);
CREATE INDEX ix_verdict_record ON verdict (record);
CREATE INDEX ix_task_host_due_at ON task (host, due_at) WHERE state = 'due';
CREATE INDEX ix_host_ready_at ON host (ready_at);
CREATE INDEX ix_robots_until ON robots (until);
CREATE INDEX ix_alert_created_at_id_story ON alert (created_at, id, story);
CREATE INDEX ix_known_link_source_id_guid ON known_link (source_id, guid);
COMMIT;
