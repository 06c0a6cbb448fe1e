"""Three articles of our own that share nothing but their trade."""

TEXT = (
    "江湾市经济和信息化局周二公布，全市首批十二家制造企业已把大语言模型接入产线质检，误检率平均下降四成。"
    "负责项目的工程师说，模型先在仓库里的旧图片上训练，再由老师傅逐条复核，前后花了七个月。"
    "市里计划明年把试点扩大到一百家，并为中小企业提供共用的算力。参与企业表示，最大的难处不是算法，而是标注。"
)
OTHER = (
    "北原医院的放射科从今年春天开始用一套新的软件来排队看片，急诊病人的等待时间缩短了一半。"
    "科主任说，软件只决定先后，不下结论；每张片子仍由两位医生签字。患者家属对此多数表示放心，也有人问谁来负责。"
    "医院回应说，责任没有变化，软件的记录全部保留，卫健部门每季度抽查一次。"
)
ENGLISH = (
    "Harbor Robotics said on Tuesday that its warehouse arms will learn new parcels from a single demonstration. "
    "The company trained a vision model on two years of footage from its own depots, and let operators correct it by voice. "
    "Rivals doubt that one example is enough for soft goods; a trial with three grocers begins next month."
)
