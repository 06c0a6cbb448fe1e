"""The cells of event tables: what a sentence says fills them, in its own words, and what it does not say leaves them empty."""

import time

import pytest

from crawler.nlp.events import cells as event_cells
from crawler.nlp.events.frames import END, Cell, Said


def told(kind: str, text: str, title: str = "") -> dict[str, str]:
    sentence = next(filter(None, END.split(text)))
    cells = next(iter(event_cells.rows(kind, sentence, title, text)), {})
    assert all(cell.quote in text or cell.quote == title for cell in cells.values()), cells
    return {name: cell.value for name, cell in cells.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("记者获悉，具身智能公司“木石机器人”近日完成数亿元人民币A+轮融资，由青禾资本与云起创投联合领投，老股东南山基金超额跟投。",
         {"actors": "木石机器人", "round": "A+轮", "amount": "数亿元人民币", "investors": "青禾资本、云起创投、南山基金"}),
        ("笔端智能获得近5000万美元B轮融资。本轮由长河资本领投，星火基金、海角创投等跟投。",
         {"actors": "笔端智能", "round": "B轮", "amount": "近5000万美元", "investors": "长河资本、星火基金、海角创投"}),
        ("继今年3月完成天使轮融资后，深芯科技又拿到1.2亿元Pre-A轮融资，投资方包括启明星资本和两家产业基金。",
         {"actors": "深芯科技", "round": "Pre-A轮", "amount": "1.2亿元", "investors": "启明星资本"}),
        ("算力服务商北辰智算在香港挂牌上市，发行价每股23.6港元，募资净额约18亿港元。", {"actors": "北辰智算", "amount": "约18亿港元"}),
        ("脑机接口公司回声神经1月8日披露，已获得医疗器械企业康桓集团4.8亿元战略投资。",
         {"actors": "回声神经", "round": "战略投资", "amount": "4.8亿元", "investors": "康桓集团"}),
        ("London-based Marrow AI said Tuesday that it has closed a £35 million Series A round co-led by Fern Capital and Osprey Ventures, with "
         "participation from existing investors Kite Partners and Loom.",
         {"actors": "Marrow AI", "round": "Series A", "amount": "£35 million", "investors": "Fern Capital, Osprey Ventures, Kite Partners, Loom"}),
        ("Orrery has secured €120 million in a Series C. The round was led by Rhine Growth, with Alder Fund also taking part.",
         {"actors": "Orrery", "round": "Series C", "amount": "€120 million", "investors": "Rhine Growth, Alder Fund"}),
        ("Fathom Robotics raised $150 million at a $1.2 billion valuation.", {"actors": "Fathom Robotics", "amount": "$150 million"}),
        ("The Harbour Foundation has awarded $26 million over five years to Larch University.",
         {"actors": "Larch University", "amount": "$26 million", "investors": "Harbour Foundation"}),
        ("有消息称，珩远科技正在以250亿元估值洽谈新一轮融资。", {}),
        ("Nimbus is in talks to raise $200 million from Grove Partners.", {}),
        ("受益于此，澜石去年完成了B轮融资。", {}),
    ],
)  # fmt: skip
def test_who_raised_how_much_of_whom_by_which_round(text: str, expected: dict[str, str]) -> None:
    assert told("funding", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("北斗星科技正式推出多模态大模型“天枢3.0”，参数量达1.2万亿，API定价为每百万tokens 4元。",
         {"actors": "北斗星科技", "object": "天枢", "version": "3.0", "size": "1.2万亿", "price": "每百万tokens 4元"}),
        ("清渊大学与启明实验室联合开源视频生成模型YunFan-1.5，采用MIT许可证，提供7B和30B两个版本。",
         {"actors": "清渊大学、启明实验室", "object": "YunFan", "version": "1.5", "licence": "MIT", "size": "7B和30B"}),
        ("知行智能宣布，智能体平台“小知”今日起全面开放，个人用户免费使用。", {"actors": "知行智能", "object": "小知", "price": "免费"}),
        ("澜桥汽车10月29日发布三季度财报，营收412亿元，净利润9.6亿元。", {}),
        ("上线首日，全省最高负荷预测误差为1.7%。", {}),
        ("Lattice Labs has open-sourced Heron 4, a 27B mixture-of-experts model, under the MIT license.",
         {"actors": "Lattice Labs", "object": "Heron 4", "licence": "MIT", "size": "27B"}),
        ("Kestrel-Mini, a 1.5B model for phones, is available today under Apache-2.0.", {"object": "Kestrel-Mini", "licence": "Apache-2.0", "size": "1.5B"}),
        ("The company released version 3.2 of its Cobalt database; it costs $25 per user per month.",
         {"object": "Cobalt", "version": "3.2", "price": "$25 per user per month"}),
        ("The cyclist was treated for a broken wrist and released.", {}),
    ],
)  # fmt: skip
def test_who_released_what_under_which_licence_and_price(text: str, expected: dict[str, str]) -> None:
    assert told("release", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("国家发展改革委、国家能源局联合印发《关于算力与电力协同的指导意见》，自2027年1月1日起施行。",
         {"actors": "国家发展改革委、国家能源局", "object": "《关于算力与电力协同的指导意见》", "level": "国家", "stage": "印发"}),
        ("南江省人大常委会表决通过《南江省数据条例》。", {"actors": "南江省人大常委会", "object": "《南江省数据条例》", "level": "省", "stage": "表决通过"}),
        ("海州市交通局11月9日发布公告，允许首批120辆无人配送车上路运行，运营方两家。",
         {"actors": "海州市交通局", "object": "允许首批120辆无人配送车上路运行", "level": "市", "stage": "发布公告"}),
        ("文化部9月15日公告著作權法修正草案，規定以受著作權保護的作品訓練須經授權。", {"actors": "文化部", "object": "著作權法修正草案", "stage": "草案"}),
        ("赛岚汽车根据《缺陷汽车产品召回管理条例》备案了召回计划。", {}),
        ("South Korea's parliament passed the AI Basic Act by 180 votes to 35.",
         {"actors": "South Korea's parliament", "object": "AI Basic Act", "stage": "passed"}),
        ("India's Ministry of Electronics published draft rules on deepfakes for public comment until January 10.",
         {"actors": "India's Ministry of Electronics", "object": "draft rules on deepfakes", "stage": "draft"}),
        ("Violations carry fines of up to $25,000 a day.", {}),
    ],
)  # fmt: skip
def test_who_ruled_what_at_which_level_and_stage(text: str, expected: dict[str, str]) -> None:
    assert told("policy", text) == expected


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("chip", "寒星科技发布首款7纳米云端推理芯片“寒星X300”，已获客户订单2万片。",
         {"actors": "寒星科技", "object": "寒星X300", "process": "7纳米", "amount": "2万片"}),
        ("chip", "Graphstone unveiled its GS3 accelerator, built on a 3-nanometer process, and said it would ship 50,000 units next year.",
         {"actors": "Graphstone", "object": "GS3", "process": "3-nanometer", "amount": "50,000 units"}),
        ("chip", "该公司的键合机对位精度为100纳米。", {}),
        ("partnership", "川流汽车与图灵芯科签署战略合作协议，双方将联合开发城市领航系统。", {"actors": "川流汽车、图灵芯科", "object": "开发城市领航系统"}),
        ("partnership", "青木智能中标南江省政务大模型项目，中标金额6800万元。", {"actors": "青木智能", "object": "南江省政务大模型项目", "amount": "6800万元"}),
        ("partnership", "远霄芯驰半导体有限公司成立，由远途汽车、赤霄微电子及芜城产业基金共同持股。",
         {"actors": "远途汽车、赤霄微电子、芜城产业基金", "object": "远霄芯驰半导体有限公司"}),
        ("partnership", "Marrow AI and hospital group Sanct are teaming up to build a triage assistant.", {"actors": "Marrow AI, Sanct", "object": "triage assistant"}),
        ("partnership", "Northgrid said it has chosen Cobalt Systems to provide forecasting software.", {"actors": "Northgrid, Cobalt Systems", "object": "forecasting software"}),
        ("people", "笔端智能11月6日公告，聘任顾晚舟女士为公司首席运营官，任期三年。", {"actors": "顾晚舟", "object": "笔端智能", "post": "首席运营官"}),
        ("people", "前百川科技副总裁陆一鸣已加盟图灵芯科，出任自动驾驶事业部总裁。", {"actors": "陆一鸣", "object": "图灵芯科", "post": "自动驾驶事业部总裁"}),
        ("people", "因个人原因，川流汽车智驾负责人沈牧辞去职务，由韩霁接任。", {"actors": "沈牧", "object": "川流汽车", "post": "智驾负责人"}),
        ("people", "一位离职员工说，他们教会了模型。", {}),
        ("people", "灵犀智能确认，其首席科学家已于月底前离职。", {}),
        ("people", "Cobalt Systems appointed former Oracle executive Maren Holt as chief financial officer.",
         {"actors": "Maren Holt", "object": "Cobalt Systems", "post": "chief financial officer"}),
        ("people", "Juno's head of research, Tomas Reuter, is leaving to start his own company.",
         {"actors": "Tomas Reuter", "object": "Juno", "post": "head of research"}),
        ("people", "About 85 workers will lose their jobs.", {}),
        ("people", "Its founder, Ines Volk, stepped down on Monday.", {"actors": "Ines Volk", "post": "founder"}),
        ("people", "Ines Volk, who led a lab at Tarn for six years, joins Orsova as chief scientist.",
         {"actors": "Ines Volk", "object": "Orsova", "post": "chief scientist"}),
        ("acquisition", "Tarn Games will sell its studio Kitsen to Harrow Works for 24 million euros.",
         {"actors": "Tarn Games, Harrow Works, Kitsen", "object": "Kitsen", "amount": "24 million euros"}),
        ("partnership", "海岚数据与云港大学签下三年期算力订单，合同额1.7亿元。", {"actors": "海岚数据、云港大学", "object": "三年期算力订单", "amount": "1.7亿元"}),
        ("acquisition", "川流汽车拟收购电池企业恒能新材51%股权，交易对价约20亿元，尚需反垄断审查通过。",
         {"actors": "川流汽车、恒能新材", "object": "51%股权", "amount": "约20亿元", "stage": "尚需反垄断审查通过"}),
        ("acquisition", "长滩资本以4.6亿元将所持澄影科技的全部51%股份转让给康禾医疗集团。",
         {"actors": "康禾医疗集团、澄影科技", "object": "全部51%股份", "amount": "4.6亿元"}),
        ("acquisition", "中川云表示，收购有助于补齐其在华南的算力布局。", {}),
        ("acquisition", "Cobalt Systems said on Monday it will acquire data-labelling startup Tagwise for about $400 million in stock.",
         {"actors": "Cobalt Systems, Tagwise", "object": "Tagwise", "amount": "$400 million", "stage": "will acquire"}),
        ("acquisition", "Tagwise has been bought by Cobalt Systems for an undisclosed sum.", {"actors": "Cobalt Systems, Tagwise", "object": "Tagwise"}),
        ("acquisition", "川流汽车以4.35亿元受让恒能新材58%股权，后者主营电池。",
         {"actors": "川流汽车、恒能新材", "object": "58%股权", "amount": "4.35亿元"}),
        ("acquisition", "霁影科技把法律数据库“律衡”卖给了朔云科技，后者支付1.6亿元现金。", {"actors": "朔云科技、律衡", "object": "律衡", "amount": "1.6亿元"}),
        ("funding", "霁影科技揽下了近亿元的天使轮，投资方包括青禾资本。",
         {"actors": "霁影科技", "round": "天使轮", "amount": "近亿元", "investors": "青禾资本"}),
        ("partnership", "6月5日，云泽县农业农村局与霁影科技签了采购协议，总价2460万元。", {"actors": "云泽县农业农村局、霁影科技", "amount": "2460万元"}),
        ("people", "罗宁曾任远途汽车财务高管，曾任远途汽车财务高管的Nadia Brenk出任首席财务官，9月8日到岗。", {"actors": "Nadia Brenk", "post": "首席财务官"}),
        ("people", "董事会决定聘任罗斯宁（Rosaline Luo）女士为总经理。", {"actors": "罗斯宁", "post": "总经理"}),
        ("people", "朔云科技AI副总裁埃里克·张将于年底卸任，转任顾问。", {"actors": "埃里克·张", "object": "朔云科技", "post": "AI副总裁"}),
        ("people", "朔云科技转化医学负责人Marcus Feld将于12月1日加盟，出任首席医学官。", {"actors": "Marcus Feld", "post": "首席医学官"}),
        ("people", "Quell Systems today announced the appointment of Ines Volk as Chief Financial Officer, effective November 16.",
         {"actors": "Ines Volk", "object": "Quell Systems", "post": "Chief Financial Officer"}),
        ("people", "Tarn Games said that Mr. Tomas Reuter has tendered his resignation as executive director.",
         {"actors": "Tomas Reuter", "object": "Tarn Games", "post": "executive director"}),
        ("release", "Marrow Labs has put the weights of Tern-12B on Hugging Face under the MIT licence.",
         {"actors": "Marrow Labs", "object": "Tern-12B", "licence": "MIT"}),
        ("release", "Marrow Labs put pressure on its suppliers.", {}),
        ("acquisition", "A utility has agreed to buy 30 megawatts of power for 15 years.", {}),
    ],
)  # fmt: skip
def test_chips_partners_people_and_purchases(kind: str, text: str, expected: dict[str, str]) -> None:
    assert told(kind, text) == expected


def test_more_is_said_behind_the_sentence_and_never_of_an_earlier_round() -> None:
    title = "沙丘机器人完成B轮融资"
    text = "沙丘机器人完成B轮融资。公司成立于苏州。此前一轮由旧河资本领投。\n本轮投资方为新岸资本和长桥基金。"
    assert told("funding", text, title)["investors"] == "新岸资本、长桥基金"


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("晨曦生物完成1亿美元C轮融资，红叶资本领投。", "funding"),
        ("图灵芯科宣布以12亿元全资收购视觉算法公司明目科技。", "acquisition"),
        ("Northgrid named Priya Das as its new CEO.", "people"),
        ("South Korea's parliament passed the AI Basic Act.", "policy"),
        ("SiCore has taped out Alder, a 4nm inference chip.", "chip"),
        ("Heron 4 was released by Lattice Labs under the MIT license; Lattice Labs released Heron 4, a 27B model.", "release"),
        ("东海银行携手笔端智能，共建金融大模型联合实验室。", "partnership"),
        ("营收同比增长27%，净利润下滑。", ""),
        ("The company plans to open an office in Singapore in the spring.", ""),
        ("MONEY.", ""),
    ],
)
def test_a_frame_tells_the_kind_of_a_sentence_or_none(sentence: str, kind: str) -> None:
    assert event_cells.kind_of(sentence, "", sentence) == kind


@pytest.mark.parametrize(
    "text",
    [
        "Aa Bb " * 2000,
        "Aa, Bb, " * 1500 + "raised $1 million in funding",
        "“" + "某公司、" * 2000 + "完成融资",
        "1.1" * 3000 + "B parameters",
        "a b, " * 2000,
    ],
)
def test_a_hostile_sentence_costs_little(text: str) -> None:
    started = time.process_time()
    for kind in ("funding", "release", "policy", "chip", "partnership", "people", "acquisition"):
        event_cells.rows(kind, text, text, text)
    event_cells.kind_of(text, text, text)
    event_cells.kind_of(text[:400], text, text)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("kind", "sentence", "actors", "expected"),
    [
        (
            "policy",
            "会上，临江厂办签署《算力公约》。",
            ("临江厂办",),
            {"actors": "临江厂办", "object": "《算力公约》", "stage": "签署"},
        ),
        ("chip", "顾氏半导体的芯片又多了一种。", ("顾氏半导体",), {}),  # a name alone is no row
        ("chip", "Juno has yet another chip.", ("Juno",), {}),
        ("people", "About 85 people at Juno will resign.", ("Juno",), {}),  # a company is nobody who comes or goes
        ("partnership", "图灵芯科的合作又多了一个。", ("图灵芯科",), {}),
    ],
)
def test_where_no_frame_fits_only_those_are_told_who_stand_there(
    kind: str, sentence: str, actors: tuple[str, ...], expected: dict[str, str]
) -> None:
    cells = next(iter(event_cells.rows(kind, sentence, "", sentence, actors=actors)), {})
    assert {name: cell.value for name, cell in cells.items()} == expected


@pytest.mark.parametrize(
    ("kind", "sentence", "title", "expected"),
    [
        (
            "people",
            "云岚科技总裁陶砚秋转任首席数据官，原职位不设。",
            "云岚科技换将",
            {"actors": "陶砚秋", "object": "云岚科技", "post": "首席数据官"},
        ),
        (
            "people",
            "工程师蒲松，下周入职机器人企业云岚科技，职务为首席科学家。",
            "",
            {"actors": "蒲松", "object": "云岚科技", "post": "首席科学家"},
        ),
        (
            "people",
            "这位前产品经理将换一个东家，直接向董事会汇报。",
            "陶砚秋出任云岚科技技术副总裁",
            {"actors": "陶砚秋", "object": "云岚科技", "post": "技术副总裁"},
        ),
        (
            "policy",
            "《智能网联汽车道路测试管理办法》昨起面向全社会公开征求意见。",
            "",
            {"object": "《智能网联汽车道路测试管理办法》", "stage": "公开征求意见"},
        ),
        (
            "policy",
            "这是石桥县日前印发的《算力产业行动计划》定下的目标。",
            "",
            {"actors": "石桥县", "object": "《算力产业行动计划》", "level": "县", "stage": "印发"},
        ),
        (
            "acquisition",
            "云岚科技对沐光半导体的收购完成交割。",
            "",
            {"actors": "云岚科技、沐光半导体", "object": "沐光半导体", "stage": "完成交割"},
        ),
        (
            "policy",
            "Drones must carry a beacon under a new rule approved on Monday by the Marlow County Council.",
            "",
            {"actors": "Marlow County Council", "object": "new rule", "level": "County", "stage": "approved"},
        ),
        (
            "acquisition",
            "Regulators approved Fennick's planned $90 million takeover of rival Osprey Labs.",
            "",
            {"actors": "Fennick, Osprey Labs", "object": "Osprey Labs", "amount": "$90 million", "stage": "approved"},
        ),
        (
            "release",
            "Alder 4, which reads plans, was rolled out to customers by Fennick.",
            "",
            {"actors": "Fennick", "object": "Alder 4"},
        ),
        (
            "partnership",
            "Fennick signed a contract with Osprey Labs worth $9 million to inspect 3,100 kilometres of track.",
            "",
            {"actors": "Fennick, Osprey Labs", "object": "inspect 3,100 kilometres of track", "amount": "$9 million"},
        ),
    ],
)
def test_who_holds_a_post_who_rules_and_who_takes_over_are_read_in_other_orders_too(
    kind: str, sentence: str, title: str, expected: dict[str, str]
) -> None:
    cells = next(iter(event_cells.rows(kind, sentence, title, sentence)), {})
    assert {name: cell.value for name, cell in cells.items()} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("枫桥智能联合创始人、CTO周立群已于近日离职，其工作由研发副总裁孙明远接手。",
         [{"actors": "周立群", "object": "枫桥智能", "post": "CTO"}, {"actors": "孙明远", "object": "枫桥智能", "post": "CTO"}]),
        ("本周刚刚被宣布出任南湖大学计算机学院院长的何书文教授这样说。她接替的是到龄退休的唐继民教授。",
         [{"actors": "何书文", "object": "南湖大学计算机学院", "post": "院长"},
          {"actors": "唐继民", "object": "南湖大学计算机学院", "post": "院长"}]),
        ("海峰汽车发布公告称，董事会收到总经理赵启铭先生的书面辞职报告。", [{"actors": "赵启铭", "object": "海峰汽车", "post": "总经理"}]),
        ("启程智能今日宣布，前云川科技工程总监林若岚正式加入公司，担任首席技术官。",
         [{"actors": "林若岚", "object": "启程智能", "post": "首席技术官"}]),
        ("独立董事人数低于法定比例，公司将择机补选。", []),
        ("陈思源此前任云川科技副总裁。", []),
        ("Helm Robotics CEO Mary Santos is stepping down after six years. Chief product officer Tom Becker will succeed her.",
         [{"actors": "Mary Santos", "object": "Helm Robotics", "post": "CEO"},
          {"actors": "Tom Becker", "object": "Helm Robotics", "post": "CEO"}]),
        ("Bluecrest's chief financial officer, Karen Holm, will retire in May and be replaced by deputy CFO Luis Marin.",
         [{"actors": "Karen Holm", "object": "Bluecrest", "post": "chief financial officer"},
          {"actors": "Luis Marin", "object": "Bluecrest", "post": "chief financial officer"}]),
        ("Northfold Labs has hired Daniel Okoro, previously head of policy at Zephyr Cloud, to lead its safety team.",
         [{"actors": "Daniel Okoro", "object": "Northfold Labs"}]),
        ("Zuna Analytics founder Mira Chital has quit as chief executive.",
         [{"actors": "Mira Chital", "object": "Zuna Analytics", "post": "chief executive"}]),
        ("The bank is to move 2,300 employees to other tasks.", []),
    ],
)  # fmt: skip
def test_each_person_who_comes_or_goes_has_a_row(text: str, expected: list[dict[str, str]]) -> None:
    sentence = next(filter(None, END.split(text)))
    found = event_cells.rows("people", sentence, "", text)
    assert [{name: cell.value for name, cell in row.items()} for row in found] == expected
    assert all(cell.quote in text and cell.value in text for row in found for cell in row.values())


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("policy", "南海国众议院下午召开全体会议，以212票赞成、31票反对表决通过《算力中心特别法》。",
         {"actors": "南海国众议院", "object": "《算力中心特别法》", "stage": "表决通过"}),
        ("policy", "记者从临江市科技局获悉，《临江市机器人产业若干措施》（下称《措施》）日前经市政府常务会议审议通过，自12月1日起施行。",
         {"actors": "临江市科技局", "object": "《临江市机器人产业若干措施》", "level": "市", "stage": "审议通过"}),
        ("policy", "临江市取消了原定于11月举行的机器人大赛决赛。", {}),  # a contest is no rule
        ("policy", "远航汽车根据《缺陷产品召回条例》备案了召回计划。", {}),  # what an act rests on is not what is made
        ("policy", "The Council gave final approval on Friday to a bill on software in courts, which bars judges from using it.",
         {"actors": "Council", "object": "bill on software in courts", "stage": "final approval"}),
        ("policy", "Johanna County supervisors voted 4-1 late Thursday for a one-year moratorium on data halls.",
         {"actors": "Johanna County", "object": "moratorium on data halls", "level": "County", "stage": "voted"}),
        ("policy", "Johanna has approved more than 40 data centres since 2022.", {}),
        ("partnership", "东川集团与云起科技在江州签署战略合作协议，双方将在工业大模型、智能质检等领域展开合作。",
         {"actors": "东川集团、云起科技", "object": "工业大模型、智能质检"}),
        ("partnership", "采购网公布的结果显示，江州市城市大模型平台项目由枢远信息中标，中标金额876万元。",
         {"actors": "枢远信息", "object": "江州市城市大模型平台项目", "amount": "876万元"}),
        ("partnership", "砺远机器人同时在港区设立联合实验室，研究密封。", {}),  # 同时 is no 同
        ("partnership", "Lumora said on Monday that it would supply 60,000 of its accelerators to Qasir Cloud, in a deal worth $1.4 billion.",
         {"actors": "Lumora, Qasir Cloud", "object": "60,000 of its accelerators", "amount": "$1.4 billion"}),
        ("acquisition", "江州集团周一宣布，已完成对海外初创公司Lumen Labs的收购，交易金额约7亿美元。",
         {"actors": "江州集团、Lumen Labs", "object": "Lumen Labs", "amount": "约7亿美元", "stage": "已完成"}),
        ("acquisition", "腾川科技宣布将旗下游戏子公司乐游网络出售给心屿集团，交易对价为8.8亿元。",
         {"actors": "心屿集团、乐游网络", "object": "乐游网络", "amount": "8.8亿元"}),
        ("acquisition", "竞争管理局周四宣布，禁止芯片公司高峦科技以12亿英镑收购本土设计公司Arden。",
         {"actors": "高峦科技、Arden", "object": "Arden", "amount": "12亿英镑", "stage": "禁止"}),
        ("acquisition", "Gantley Semiconductor has scrapped its $2.1 billion purchase of photonics specialist Mirabelle Optics.",
         {"actors": "Gantley Semiconductor, Mirabelle Optics", "object": "Mirabelle Optics", "amount": "$2.1 billion", "stage": "scrapped"}),
        ("acquisition", "Norvale Corporation (NYSE: NVL), a maker of monitors, today announced that it has completed its acquisition of Pelluce AI.",
         {"actors": "Norvale Corporation, Pelluce AI", "object": "Pelluce AI", "stage": "has completed"}),
        ("acquisition", "Telluria is in advanced talks to acquire speech start-up Vocalux for about $500 million.",
         {"actors": "Telluria, Vocalux", "object": "Vocalux", "amount": "$500 million", "stage": "in advanced talks to acquire"}),
        ("acquisition", "German machine builder Heidmar SE is raising its holding in Optrella, a maker of sensors, to 67 percent from 22 percent.",
         {"actors": "Heidmar SE, Optrella", "object": "67 percent"}),
        ("funding", "曜川科技获得了来自中岭资本、国远创投的数亿元B轮融资。",
         {"actors": "曜川科技", "round": "B轮", "amount": "数亿元", "investors": "中岭资本、国远创投"}),
        ("funding", "The Nordic Investment Fund will lend Danuvia Compute €220m to build two halls. It is the fund's largest AI loan.",
         {"actors": "Danuvia Compute", "round": "loan", "amount": "€220m", "investors": "Nordic Investment Fund"}),
        ("funding", "Also this week: Bellweather Bio ($22M Series A, Generous Capital), which times therapies.",
         {"actors": "Bellweather Bio", "round": "Series A", "amount": "$22M", "investors": "Generous Capital"}),
        ("funding", "Data center operator Heliora on Tuesday sold $3.25 billion of high-yield bonds in two parts.",
         {"actors": "Heliora", "round": "high-yield bonds", "amount": "$3.25 billion"}),
        ("chip", "曙光芯科宣布自研DPU芯片HL100成功流片，采用12纳米工艺。", {"actors": "曙光芯科", "object": "HL100", "process": "12纳米"}),
        ("chip", "Volume production of Alpenglow Photonics' L4 laser chip began on Monday at a rate of 20,000 units a month.",
         {"actors": "Alpenglow Photonics", "object": "L4 laser chip", "amount": "20,000 units"}),
        ("release", "由禾川实验室历时四年采集的病害图像数据集LeafSet今天正式对外发布。", {"actors": "禾川实验室", "object": "LeafSet"}),
        ("release", "按官方公布的成绩，该模型得分94.1。", {}),
    ],
)  # fmt: skip
def test_votes_tenders_deals_and_loans_are_read_in_their_own_orders(kind: str, text: str, expected: dict[str, str]) -> None:
    assert told(kind, text) == expected


@pytest.mark.parametrize(
    ("kind", "row", "kept"),
    [
        ("funding", {"actors": "Money, Halden", "investors": "Company"}, {"actors": "Halden"}),
        ("policy", {"object": "by 1.2 billion yen", "stage": "approved"}, {"stage": "approved"}),
        ("policy", {"actors": "Halden", "object": "a measure"}, {"actors": "Halden"}),
        ("release", {"actors": "云湾", "object": "V"}, {"actors": "云湾"}),
        ("people", {"actors": "罗宁", "object": "同时"}, {"actors": "罗宁"}),
        ("release", {"actors": "Halden", "object": "Halden-2"}, {"actors": "Halden", "object": "Halden-2"}),
    ],
)
def test_a_cell_holds_no_bare_word_and_no_piece_of_a_sentence(kind: str, row: dict[str, str], kept: dict[str, str]) -> None:
    said = Said("", "The company said that the money was there.", "The company said that the money was there.")
    cells = {column: Cell(value, said.sentence) for column, value in row.items()}
    assert {column: cell.value for column, cell in event_cells._sound(kind, cells, said).items()} == kept
