"""A headline is a clause of its own with its modality; nothing is spliced, names are not cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.nlp.headlines import clean, condensed, told
from crawler.nlp.headlines_zh import FARTHEST, clauses, width
from crawler.nlp.referents import Said, named


def headline(sentence: str, acts: tuple[str, ...], language: str | None) -> str:
    return told(sentence, acts, language).headline


@pytest.mark.parametrize(
    ("sentence", "acts", "expected"),
    [
        ("到2030年，云栖新区人工智能核心产业规模突破800亿元。", ("突破",), "到2030年，云栖新区人工智能核心产业规模突破800亿元"),
        ("办法要求，平台公布训练数据的来源。", ("公布", "要求"), "办法要求平台公布训练数据的来源"),
        ("海岚数据首席信息官罗伊表示，新系统将于下月上线。", ("上线",), "海岚数据首席信息官罗伊表示，新系统将于下月上线"),
        (
            "国家网信办、工业和信息化部、国家广播电视总局、公安部联合印发《人工智能生成视频标识办法（试行）》，明年施行。",
            ("印发",),
            "国家网信办等联合印发《人工智能生成视频标识办法（试行）》",
        ),
        (
            "董事会宣布，创始人韩青不再担任总裁，由原副总裁陆衡接任，任命自5月6日起生效。",
            (),
            "创始人韩青不再担任总裁，由原副总裁陆衡接任",
        ),
        ("澜石机器人否认将裁员三成。", ("裁员",), "澜石机器人否认将裁员三成"),
        (
            "公司将于6月8日召开说明会，就终止合并的情况与投资者交流。",
            ("终止",),
            "公司将于6月8日召开说明会，就终止合并的情况与投资者交流",
        ),
        (
            "记者3月2日从云港大学获悉，该校许微团队用图神经网络从上万种候选分子中筛选出新型催化剂。",
            (),
            "云港大学许微团队用图神经网络从上万种候选分子中筛选出新型催化剂",
        ),
        (
            "芯片企业流光半导体10日在深圳发布第三代推理卡LG300，配备96GB显存，标称功耗280瓦。",
            ("发布",),
            "流光半导体在深圳发布第三代推理卡LG300，配备96GB显存，标称功耗280瓦",
        ),
    ],
)
def test_a_chinese_headline_keeps_who_did_what_and_whether_it_is_done(
    sentence: str, acts: tuple[str, ...], expected: str
) -> None:
    assert headline(sentence, acts, "zh") == expected


@pytest.mark.parametrize(
    ("sentence", "spliced"),
    [
        ("欧陆委员会宣布罚款，理由是其系统没有测试，也没有履行告知义务。", "委员会没有履行"),
        ("“公司会渡过难关”，创始人韩青说，产品将并入助手团队。", "公司将并入"),
        ("每台的售价在40万元左右，公司希望明年降到25万元以内。", "售价希望"),
        ("整改期间，网信办将会同公安厅抽查；逾期不改的，依法予以处罚。", "网信办依法予以处罚"),
    ],
)
def test_a_clause_is_never_joined_to_a_subject_across_another(sentence: str, spliced: str) -> None:
    assert spliced not in headline(sentence, (), "zh")


@pytest.mark.parametrize("sentence", ["根据官方公布的数据。", "市场研究机构预计，", "试点三个月。"])
def test_without_subject_and_predicate_the_sentence_stands_for_itself(sentence: str) -> None:
    made = told(sentence, (), "zh")
    assert not made.is_clean
    assert sentence.startswith(made.headline.removesuffix("…"))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "Gov. Ana Whitlow on Friday signed legislation requiring chatbots to tell users that they are machines.",
            "Gov. Ana Whitlow signed legislation requiring chatbots to tell users that they are machines",
        ),
        (
            "Quarrystone, a maker of warehouse robots, is in talks to buy Dutch rival Pellet for about 900 million euros, three people said.",
            "Quarrystone is in talks to buy Dutch rival Pellet for about 900 million euros",
        ),
        (
            "The ministry said it would publish the draft by the end of June.",
            "The ministry will publish the draft by the end of June",
        ),
        (
            "Under the terms of the settlement Brightly must delete the recordings within 60 days.",
            "Brightly must delete the recordings within 60 days",
        ),
        (
            "Ferrin Labs denied that it had trained its model on patient records.",
            "Ferrin Labs denied that it had trained its model on patient records",
        ),
        (
            "A federal judge in Norwood on Monday threw out most of a suit that accused Palliser of copying the voices of forty narrators.",
            "A federal judge in Norwood threw out most of a suit that accused Palliser of copying the voices of forty narrators",
        ),
        (
            "At least nine towns have bought such vans this year, and fares for night rides have fallen by half since spring.",
            "At least nine towns have bought such vans this year, and fares for night rides have fallen by half since spring",
        ),
    ],
)
def test_an_english_headline_is_the_main_clause_with_its_modality(sentence: str, expected: str) -> None:
    assert headline(sentence, (), "en") == expected


def test_what_analysts_say_is_not_told_as_so() -> None:
    assert headline("Analysts said that Harrow would miss its forecast.", (), "en").startswith("Analysts said")


def test_datelines_and_source_marks_are_no_part_of_a_sentence() -> None:
    assert clean("FORT ELM, March 3 (Lakeside Wire) - Selat shipped samples.") == "Selat shipped samples."
    assert clean("江湾日报讯（记者 苏木）6月2日，新规施行。") == "6月2日，新规施行。"


def test_a_detail_is_condensed_at_clause_borders() -> None:
    sentence = (
        "澜石机器人6月2日完成3亿元B轮融资，"
        + "，".join(f"第{n}笔款项用于建设第{n}条机器人产线" for n in "一二三四五六七八")
        + "。"
    )
    made = told(sentence, ("融资",), "zh")
    start, end = condensed(sentence, made, "zh")
    assert start == 0
    assert 40 <= end <= 90
    assert sentence[end] == "，"


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "星河 营收 其 管理层 我局 条例 发布 了 将 “ ” 《 》 ， 。 ： ； 公司 宣布 的 由 其 10日 据 第二代 A1 、 等 在 上 ( )".split()
        ),
        max_size=25,
    )
)
def test_headlines_of_awkward_pieces_are_short_and_condensed_spans_lie_inside(pieces: list[str]) -> None:
    sentence = "".join(pieces)
    made = told(sentence, (), "zh")
    assert width(made.headline) <= FARTHEST or not made.is_clean
    start, end = condensed(sentence, made, "zh")
    assert 0 <= start <= end <= len(sentence)
    before = "星河科技10日在云港发布三季报。"
    assert named(made, Said("星河科技发布三季报", before + sentence, len(before)), "zh", [made]).is_clean == made.is_clean
    assert all(sentence[one.start : one.end] == one.text for one in clauses(sentence))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "Halden said, it would The a launches of “ ” , . - that which $3 million on Monday to buy Orsova (".split()
        ),
        max_size=30,
    )
)
def test_english_of_awkward_pieces_is_survived(pieces: list[str]) -> None:
    sentence = " ".join(pieces)
    start, end = condensed(sentence, told(sentence, (), "en"), "en")
    assert 0 <= start <= end <= len(sentence)


def test_a_clause_whose_subject_only_points_back_is_no_headline() -> None:
    sentence = "海岚基金以4亿元将霁影科技的全部股份转让给云港医疗集团，后者成为控股股东。"
    assert "后者" not in told(sentence, ("转让",), "zh").headline


def test_a_headline_does_not_end_on_compared() -> None:
    sentence = "Halden now sees full-year revenue of between $8.3 billion and $8.6 billion on strong demand, compared with an earlier forecast of $7.9 billion."
    assert not told(sentence, (), "en").headline.endswith("compared")


@pytest.mark.parametrize(
    ("sentence", "language", "expected"),
    [
        ("3. 芯岚软件任命前研究员陆衡为总裁。", "zh", "芯岚软件任命前研究员陆衡为总裁"),
        ("贵公司应于8月31日前提交整改报告。", "zh", "贵公司应于8月31日前提交整改报告"),
        ("条例首次规定，机器人上路须投保。", "zh", "条例规定机器人上路须投保"),
        ("海岚数据发行3,000万股，招股价为20元，预期8月12日挂牌。", "zh", "海岚数据发行3,000万股，招股价为20元，预期8月12日挂牌"),
        ("The council of Harrow voted 12 to 9 on Tuesday night to ban the cameras.", "en", "The council of Harrow voted 12 to 9 to ban the cameras"),
        ("Sept 4 - Tallerly, whose agents keep books, filed for a listing.", "en", "Tallerly filed for a listing"),
        ("The board is pleased to announce that Halden won the tender.", "en", "Halden won the tender"),
        (
            "The Orsova lab launched Terse, a small reasoning model that decides before each answer how long it should think about it.",
            "en",
            "The Orsova lab launched Terse, a small reasoning model that decides before each answer how long it should think about it",
        ),
    ],
)  # fmt: skip
def test_a_headline_has_neither_halves_of_days_nor_clauses_that_only_begin(sentence: str, language: str, expected: str) -> None:
    acts = ("任命", "规定", "发行", "提交")
    assert headline(clean(sentence), acts, language) == expected


def test_the_topic_of_parallel_facts_goes_with_the_first_that_is_short_enough() -> None:
    sentence = (
        "在产学研合作方面，云泽省脑科学与类脑智能卓越创新联合研究中心开展新型神经形态芯片的前沿基础研究和关键共性技术攻关；海岚数据与云港大学共建实验室；"
        "霁微电子签约落户云泽。"
    )
    assert headline(sentence, ("共建", "签约"), "zh") == "产学研合作：海岚数据与云港大学共建实验室等"


def test_a_condensed_sentence_ends_with_no_clause_that_another_has_to_follow() -> None:
    sentence = (
        "海岚数据与云港大学签署共建联合实验室的协议，"
        + "以海岚自主研发的训练框架为核心"
        + "，研制"
        + "面向医疗的大模型" * 9
        + "。"
    )
    first, last = condensed(sentence, told(sentence, ("签署",), "zh"), "zh")
    assert sentence[first:last].endswith("协议")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "In the first half of 2026, exports of memory from Tarn rose 14 percent, the ministry said.",
            "Exports of memory from Tarn rose 14 percent in the first half of 2026",
        ),
        ("The Bureau of Records will publish its figures next Friday.", "The Bureau of Records will publish its figures next Friday"),
        (
            "Pellet said on Monday that it had opened two plants and would add a third.",
            "Pellet said that it had opened two plants and would add a third",
        ),
        (
            "Orsova told staff that it will halt the Selat line for three days from Thursday since parts are missing.",
            "Orsova told staff that it will halt the Selat line for three days from Thursday since parts are missing",
        ),
        ("Here is the news: Halden will sell its stake in Orsova.", "Halden will sell its stake in Orsova"),
        ("Norwood: Halden Systems on Monday laid the first stone of a plant.", "Halden Systems laid the first stone of a plant"),
        ("Late on Sunday night Halden and Orsova agreed to merge.", "Halden and Orsova agreed to merge"),
        ("Tallerly closed its round late on Tuesday at a valuation of $80 million.", "Tallerly closed its round at a valuation of $80 million"),
        ("The operator, Quarry Air, will add three routes by June.", "Quarry Air will add three routes by June"),
        ("Harrow has awarded Selat Grid, a young firm from Norwood, a contract to control the gates of nine locks.",) * 2,
    ],
)  # fmt: skip
def test_an_english_headline_keeps_periods_days_to_come_complements_and_speakers(sentence: str, expected: str) -> None:
    assert headline(sentence, (), "en") == expected.rstrip(".")


def test_a_headline_too_long_is_cut_before_what_only_adds() -> None:
    sentence = (
        "Halden agreed to supply "
        + "the ministry of transport of the northern province with "
        + (
            "buses, which the union of drivers in Norwood and nine other towns had asked for in a letter to the minister last spring."
        )
    )
    assert headline(sentence, (), "en").endswith("buses")


@pytest.mark.parametrize(
    ("sentence", "acts", "expected"),
    [
        (
            "云港市中级人民法院6月3日对一起算法推荐侵权案作出一审判决，认定被告霁影网络传播有限公司侵害原告的信息网络传播权，判令其赔偿9万元。",
            ("判决",),
            "云港市中级人民法院认定被告霁影网络传播有限公司侵害原告的信息网络传播权",
        ),
        ("海岚数据总裁陆衡预计，明年推理芯片的价格将下降三成。", ("下降",), "海岚数据总裁陆衡预计，明年推理芯片的价格将下降三成"),
        ("《云海行》将于9月12日06:00—10:00停机维护，并更新至2.1版本。", ("更新",), "《云海行》将于9月12日06:00—10:00停机维护，并更新至2.1版本"),
        ("4月2日至4月8日，国内共披露融资11起，较前一周减少3起。", ("披露",), "4月2日至4月8日，国内共披露融资11起，较前一周减少3起"),
        ("芯岚软件（300×××）5月7日晚公告，公司拟以现金购买澜石机器人51%股权。", ("购买",), "芯岚软件拟以现金购买澜石机器人51%股权"),
        ("云港大学与机器人公司澜石动力6月3日联合开源数据集。", ("开源",), "云港大学与机器人公司澜石动力联合开源数据集"),
        ("首款掌机定于12月12日发售。", ("发售",), "首款掌机定于12月12日发售"),
        (
            "云泽省经济厅决定向功率器件企业“霁微电子”提供最多18亿元补贴，支持其在云港建设面向服务器的氮化镓电源芯片工厂。",
            ("建设", "提供"),
            "云泽省经济厅决定向功率器件企业“霁微电子”提供最多18亿元补贴",
        ),
    ],
)  # fmt: skip
def test_a_chinese_headline_has_the_substance_the_speaker_and_the_time_it_needs(
    sentence: str, acts: tuple[str, ...], expected: str
) -> None:
    assert headline(sentence, acts, "zh") == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Halden agreed late Wednesday to buy Pellet for $90 million.", "Halden agreed to buy Pellet for $90 million"),
        ("Harrow pulled its app from the store yesterday after a fault.", "Harrow pulled its app from the store after a fault"),
        ("Selat opened its first centre, in Norwood, on Tuesday.", "Selat opened its first centre, in Norwood"),
        ("Selat averted a strike that was to begin Monday.", "Selat averted a strike that was to begin Monday"),
        ("Pellet plans to invest 3 billion crowns by 2029, its head, Ida Roos, told a news conference.", "Pellet plans to invest 3 billion crowns by 2029"),
        ("Ida Roos is leaving to join Harrow, she wrote in a note on Friday that was seen by the Lakeside Wire.", "Ida Roos is leaving to join Harrow"),
        ("Separately, Harrow said it would spend 4 million pounds on a second line.", "Harrow will spend 4 million pounds on a second line"),
        ("Pellet, a maker of valves, today announced that the Food Office has cleared its sensor.", "The Food Office has cleared its sensor"),
        ("Pellet said on Tuesday that its founder will hand the top job to Ida Roos.", "Pellet's founder will hand the top job to Ida Roos"),
        (
            "Harrow Works taped out its second processor for servers on the newest line of the Selat foundry in Norwood, putting it on course to ship next year.",
            "Harrow Works taped out its second processor for servers on the newest line of the Selat foundry in Norwood",
        ),
        (
            "The council approved the plan for a plant on the land of the old airport of Norwood by nine votes, pending a vote of the assembly.",
            "The council approved the plan for a plant on the land of the old airport of Norwood by nine votes, pending a vote of the assembly",
        ),
    ],
)  # fmt: skip
def test_an_english_headline_is_without_day_speaker_and_what_only_adds(sentence: str, expected: str) -> None:
    assert headline(sentence, (), "en") == expected


@pytest.mark.parametrize(
    ("sentence", "acts", "expected"),
    [
        ("传闻得到了公司确认：首席财务官陆衡已于10月底离任。", ("离任",), "首席财务官陆衡已于10月底离任"),
        ("霁影科技（09XXX.HK）6月5日盘后公告，对芯岚软件的收购已于当日完成交割。", ("完成",), "霁影科技对芯岚软件的收购完成交割"),
        ("霁影科技发布的三季报显示，公司当季收入为14亿元，同比增长五成。", (), "霁影科技当季收入为14亿元，同比增长五成"),
        ("澜石机器人方面则告诉记者，公司已启动新一轮融资。", ("融资",), "澜石机器人已启动新一轮融资"),
        ("6月5日上午9时，海岚出行在云港启动收费运营。", ("启动",), "海岚出行在云港启动收费运营"),
        ("云泽省议会当天召开全体会议，以二十票赞成表决通过《算力法》。", ("召开", "通过"), "云泽省议会以二十票赞成表决通过《算力法》"),
        (
            "云泽工业园区管委会与霁影智航签约，后者将投资16亿元建设低空飞行器总装基地，一期明年投产。",
            ("签约",),
            "云泽工业园区管委会与霁影智航签约，后者将投资16亿元建设低空飞行器总装基地",
        ),
        (
            "云泽省科技厅6月5日公布一份征求意见的规则，拟允许算力低于门槛的推理芯片在逐案许可下向省外的科研机构出口，为期两年。",
            ("公布",),
            "云泽省科技厅公布一份征求意见的规则，拟允许算力低于门槛的推理芯片在逐案许可下向省外的科研机构出口",
        ),
        (
            "海岚汽车旗下智能驾驶子公司海岚智驾的管理团队，联合投资机构衡石资本，已与母公司签署股权转让协议，收购其六成股份。",
            ("收购",),
            "海岚汽车旗下智能驾驶子公司海岚智驾的管理团队，联合投资机构衡石资本，已与母公司签署股权转让协议",
        ),
        (
            "《云泽省支持具身智能机器人产业发展的若干措施》近日经省政府常务会议审议通过，自2027年6月1日起在全省范围施行。",
            ("通过",),
            "《云泽省支持具身智能机器人产业发展的若干措施》经省政府常务会议审议通过",
        ),
        (
            "海岚数据、霁影科技、云港大学、云泽省广播影视集团和云港市文旅局共同发起成立方言智能联合体。",
            ("成立",),
            "海岚数据等共同发起成立方言智能联合体",
        ),
        (
            "云泽省经济厅长官表示，政府还将在明年预算中编列12亿元，用于采购图形处理器。",
            ("采购",),
            "政府还将在明年预算中编列12亿元，用于采购图形处理器",
        ),
    ],
)  # fmt: skip
def test_a_chinese_headline_joins_nobody_to_what_another_did(sentence: str, acts: tuple[str, ...], expected: str) -> None:
    assert headline(sentence, acts, "zh") == expected


@pytest.mark.parametrize(
    ("sentence", "acts", "expected"),
    [
        (
            "第三届“云栖奖”颁奖典礼昨晚在云港举行，教授陆青因图计算获得“终身成就奖”，奖金一百万元。",
            ("举行", "获得"),
            "第三届“云栖奖”颁奖典礼在云港举行，教授陆青因图计算获得“终身成就奖”",
        ),
        (
            "海岚电子股份有限公司独立董事陆青因连续任职满六年，申请辞去独立董事职务，辞职后不再任职。",
            ("任职", "辞去"),
            "海岚电子股份有限公司独立董事陆青因连续任职满六年，申请辞去独立董事职务",
        ),
        ("会上正式发布了《云港市机器人行动计划》，部署十项任务。", ("发布",), "《云港市机器人行动计划》正式发布，部署十项任务"),
        ("结果显示，云港市城市治理大模型平台项目由枢机数据中标。", ("中标",), "云港市城市治理大模型平台项目由枢机数据中标"),
        ("养老科技公司“邻里”宣布，陆青出任首席技术官，负责产品。", ("出任",), "“邻里”宣布陆青出任首席技术官，负责产品"),
        ("《办法》明确，机器不得独立下诊断，处方须由医师签署。", ("签署",), "《办法》明确机器不得独立下诊断，处方须由医师签署"),
        (
            "云港市交通局要求，各平台应在六月三十日前将夜间车速下调至每小时三十公里以下，每次超速的记录须由车主签署。",
            ("签署",),
            "云港市交通局要求各平台应在六月三十日前将夜间车速下调至每小时三十公里以下",
        ),
        (
            "云港市政府举行新闻发布会，副市长陆青，市科技局局长罗伊出席。",
            ("举行",),
            "云港市政府举行新闻发布会",
        ),
        (
            "云泽咨询发布的报告显示，第二季度，国内配送机器人出货量为6.2万台，同比增长41%，环比增长9%。",
            ("增长",),
            "第二季度，国内配送机器人出货量为6.2万台，同比增长41%，环比增长9%",
        ),
        (
            "海岚汽车有限公司根据有关规定，向云泽省市场监管局备案了召回计划，决定自7月1日起召回部分配送车。",
            ("备案", "召回"),
            "海岚汽车有限公司决定自7月1日起召回部分配送车",
        ),
    ],
)  # fmt: skip
def test_a_chinese_headline_goes_on_to_what_came_of_an_act(sentence: str, acts: tuple[str, ...], expected: str) -> None:
    assert headline(sentence, acts, "zh") == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "The board of Tarnfield Holdings wishes to announce that its wholly owned subsidiary, Tarn Packaging, has accepted an order.",
            "Its wholly owned subsidiary, Tarn Packaging, has accepted an order",
        ),
        ("The new model makes half as many mistakes on radio speech, a team led by Tarn University reports.", "The new model makes half as many mistakes on radio speech"),
    ],
)  # fmt: skip
def test_an_english_headline_is_without_the_frame_of_a_notice(sentence: str, expected: str) -> None:
    assert headline(sentence, (), "en") == expected


def test_an_english_headline_is_not_cut_between_whom_and_what() -> None:
    given = (
        "The governor signed an order requiring every agency of the state to publish a list of all the software that it runs, to retire each program "
        "that fails its yearly test and to give citizens who are refused a benefit a talk with a person."
    )
    assert not headline(given, (), "en").endswith("citizens")


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("中新财经1月28日电　云岚科技发布新品。", "云岚科技发布新品。"),
        ("10:31 a.m. Tarnfield opens its store.", "Tarnfield opens its store."),
        ("The news: Tarnfield opens its store.", "Tarnfield opens its store."),
        ("Johor Bahru – Tarnfield opens its store.", "Tarnfield opens its store."),
        ("BOULDER, Colo., Jan. 13, 2026 /PRNewswire/ — Tarnfield opens its store.", "Tarnfield opens its store."),
        ("【五】云岚科技发布新品。", "云岚科技发布新品。"),
        ("与此同时，云岚科技发布新品。", "云岚科技发布新品。"),
    ],
)
def test_stamps_and_labels_are_no_part_of_a_sentence(line: str, rest: str) -> None:
    assert clean(line) == rest


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "Halden has named Ida Roos, until last month a director at Orsova, as its head of engineering for the north, the second such post that it has filled this year.",
            "Halden has named Ida Roos as its head of engineering for the north",
        ),
        (
            "Tallerly, a Norwood firm, raised $48 million in a round led by Selat Capital, two months after it shelved a plan to buy a smaller rival.",
            "Tallerly raised $48 million in a round led by Selat Capital",
        ),
        ("In February 2026 the company closed a debt facility of $210 million.", "The company closed a debt facility of $210 million in February 2026"),
        ("To ease the shortage the board approved a second plant in Norwood.", "The board approved a second plant in Norwood"),
        ("Shares of Harrow Works closed 6% higher on Monday after the company said it had won an order worth $162 million.", "Harrow Works has won an order worth $162 million"),
        ("That customer, Pellet, has signed on again: it will buy 20,000 cards over two years.", "Pellet will buy 20,000 cards over two years"),
        ("Bought on Tuesday was Ledgerly, an app that keeps books for shops.", "Ledgerly was bought"),
        ("Denied: that Harrow is about to buy a stake in Pellet.", "Denied: that Harrow is about to buy a stake in Pellet"),
        ("That Harrow is buying a maker of carts, as two papers wrote, is not true.", "That Harrow is buying a maker of carts, as two papers wrote, is not true"),
        ("Pellet Works (AIM: PLW) said it has agreed to buy Mirabel.", "Pellet Works has agreed to buy Mirabel"),
        ("Harrow Works said it'd been bought by Pellet.", "Harrow Works has been bought by Pellet"),
        ("This morning Harrow Works announced a loan of $6 million.", "Harrow Works announced a loan of $6 million"),
        ("On Tuesday the non-profit published its weights, 9 gigabytes in all.", "The non-profit published its weights, 9 gigabytes in all"),
        ("Harrow showed a hearing aid with a chip that, the company says, can tell three voices apart.", "Harrow showed a hearing aid with a chip that can tell three voices apart"),
        ("Harrow's head of art, Ida Roos, and its treasurer, Piet Maro, have both left.", "Harrow's head of art, Ida Roos, and its treasurer, Piet Maro, have both left"),
    ],
)  # fmt: skip
def test_an_english_headline_is_short_and_keeps_who_what_and_how_much(sentence: str, expected: str) -> None:
    assert headline(sentence, (), "en") == expected


@pytest.mark.parametrize(
    ("sentence", "acts", "expected"),
    [
        ("云岚科技与云泽电力签署框架协议，未来三年将向后者分批交付巡检机器人，合同总额约1.2亿元。", ("签署",), "云岚科技与云泽电力签署框架协议，合同总额约1.2亿元"),
        ("2025年，海岚数据完成4亿元C轮融资。", ("完成",), "海岚数据2025年完成4亿元C轮融资"),
        ("初创企业租用算力最高可获四成返还，十一月六日前接受意见。", (), "初创企业租用算力最高可获四成返还，十一月六日前接受意见"),
        ("6月3日至6月9日，" + "云泽省各地" * 12, (), None),
    ],
)  # fmt: skip
def test_a_chinese_headline_has_the_sum_and_the_year(sentence: str, acts: tuple[str, ...], expected: str | None) -> None:
    made = headline(sentence, acts, "zh")
    assert made == expected if expected else made


@pytest.mark.parametrize(
    ("sentence", "language", "expected"),
    [
        ("Halden reported a record profit on Monday and said its output was sold out.", "en", "Halden reported a record profit on Monday and said its output was sold out"),
        ("Halden says its cooling loop is closed and that it draws little.", "en", "Halden says its cooling loop is closed and that it draws little"),
        ("In the same session the board accepted his resignation, effective June 30, and closed.", "en", "The board accepted his resignation, effective June 30, and closed"),
        ("Earlier orders by Norwood, for 90 drones from Tarnfield, have made the firm known.", "en", None),
        ("Until then it will draw on the grid line built for the old plant.", "en", "Until then it will draw on the grid line built for the old plant"),
        ("NORWOOD, Norway, 3 August 2026 - Halden Robotics has opened a plant.", "en", "Halden Robotics has opened a plant"),
        ("On Monday, port operator Selat and Halden Robotics, a spin-off of the university, signed a pact.", "en", "Port operator Selat and Halden Robotics signed a pact"),
        ("他们先用模型给出了分子的过渡态构型。", "zh", "先用模型给出了分子的过渡态构型"),
        ("云泽省科技厅在6月5日的记者会上宣布设立基金。", "zh", "云泽省科技厅在6月5日的记者会上宣布设立基金"),
        ("6月5日消息（陆青）海岚数据今日开源语音模型。", "zh", "海岚数据开源语音模型"),
    ],
)  # fmt: skip
def test_a_headline_begins_with_its_subject_and_stays_whole(sentence: str, language: str, expected: str | None) -> None:
    made = headline(clean(sentence), (), language)
    assert made == expected or (expected is None and made.startswith("Earlier orders"))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [  # what another clause says is more: a figure, the act, a work
        ("海岚数据的股东霁影科技出席会议，海岚数据6月5日完成2亿元融资。", "海岚数据完成2亿元融资"),
        (
            "海岚数据股票自6月8日起被实施其他风险警示，简称变更为“ST海岚”，日涨跌幅限制为5%。",
            "海岚数据股票自6月8日起被实施其他风险警示",
        ),
    ],
)
def test_the_clause_that_says_most_is_the_headline(sentence: str, expected: str) -> None:
    assert headline(sentence, (), "zh").startswith(expected)
