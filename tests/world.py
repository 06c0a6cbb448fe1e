"""The local world of the flow tests and the benchmarks: sites of all four kinds, with articles that are told apart by their words."""

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from jobs.demo.newsroom import Article, Site, World

ZONE = ZoneInfo("Asia/Shanghai")
KINDS = ("feed", "listing", "sitemap", "api")
ACTORS = (
    "星河智算 云栈科技 北原汽车 深蓝机器人 江湾银行 滨江智能 青禾医疗 远岸半导体 南屏大学 西岭电网 白塔物流 长渚影业 "
).split()
ACTS = ("发布 开源 收购 签约 投资 试点 上线 采购 起诉 招标 扩建 停用 ").split()
THINGS = (
    "大模型 智能客服 人形机器人 推理芯片 智算中心 语音助手 质检系统 自动驾驶卡车 病历质控 仓储调度 视频生成工具 代码助手 "
).split()
PLACES = ("江湾 滨江 北原 南屏 西岭 白塔 长渚 东浦 云岭 海角 ").split()
WORDS = (
    "项目 团队 数据 平台 模型 客户 成本 产线 试验 规模 标准 合同 部门 季度 城市 工程 方案 流程 指标 效率 "
    "能耗 网络 订单 样品 参数 车间 学校 医院 门店 仓库 实验室 服务器 传感器 摄像头 工程师 负责人 合作方 "
    "供应商 监管 评测 预算 专利 论文 版本 接口 日志 机房 提升 降低 完成 启动 覆盖 接入 推迟 调整 公布 验证 "
    "交付 复核 比较 减少 增加 替换 训练 标注 部署 迁移 优化 支持 要求 承诺 回应 "
).split()


def article(number: int, published: datetime, *, site: int, rng: random.Random) -> Article:
    """One article of three to six paragraphs; no two share more than common words."""
    actor, act, thing, place = rng.choice(ACTORS), rng.choice(ACTS), rng.choice(THINGS), rng.choice(PLACES)
    figure = rng.randint(2, 9999)
    title = f"{actor}在{place}{act}{thing}，涉及{figure}{rng.choice('万台家项人亩')}（{site}-{number}）"
    paragraphs = tuple(
        "".join(_sentence(rng) for _ in range(rng.randint(2, 4)))
        if place_
        else f"{published:%m月%d日}，{actor}在{place}{act}{thing}。{_sentence(rng)}"
        for place_ in range(rng.randint(3, 6))
    )
    return Article(f"/{published:%Y/%m/%d}/{site}{number:04d}.html", title, paragraphs, published, keywords=(actor, thing))


def _sentence(rng: random.Random) -> str:
    return (
        "".join(rng.choice(WORDS) for _ in range(rng.randint(8, 14)))
        + f"{rng.randint(10, 9999)}"
        + "".join(rng.choice(WORDS) for _ in range(rng.randint(3, 8)))
        + "。"
    )


def reprint(original: Article, number: int, *, site: int) -> Article:
    """The same text on another site, with that site's own lead-in."""
    path = f"/{original.published:%Y/%m/%d}/{site}{number:04d}.html"
    return Article(
        path, original.title, original.paragraphs, original.published + timedelta(minutes=20), keywords=original.keywords
    )


def build(now: datetime, sites: int = 10, each: int = 30, seed: int = 7) -> World:
    """`sites` × `each` articles over all four kinds, two sites in GB18030, half with utm_* links, every tenth article a reprint."""
    rng = random.Random(seed)
    now = now.astimezone(ZONE)  # a page shows its own clock, without saying where it hangs
    world = World(
        [
            Site(
                name=f"site-{place}",
                kind=KINDS[place % 4],
                encoding="gb18030" if place in (0, 1) else "utf-8",
                tracking=place % 2 == 0,
                twins=place % 3 == 0,
            )
            for place in range(sites)
        ]
    )
    originals: list[Article] = []
    for number in range(each):
        for place, site in enumerate(world.sites):
            published = now - timedelta(minutes=(each - number) * 7 + place)
            if number % 10 == 9:
                made = reprint(originals[rng.randrange(len(originals) // 2)], number, site=place)
            else:
                made = article(number, published, site=place, rng=rng)
                originals.append(made)
            site.articles.append(made)
    return world
