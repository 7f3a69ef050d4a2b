"""Thirty workbooks in the style of real ones, all invented here: what a person would read in each.

Each entry: file name, sheet name (None for text files), rows, merged areas (A1 notation), the table, the heading row, the
columns, the number of records, the headings that a careful person asks about, and some values as they should be read.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter


@dataclass(frozen=True)
class Made:
    """One workbook of one sheet with its right reading."""

    file: str
    style: str
    rows: list[list[object]]
    table: str | None
    header: int | None
    columns: dict[str, str | None]
    records: int
    sheet: str | None = "Sheet1"
    merged: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    values: dict[tuple[int, str], object] = field(default_factory=dict)


D = dt.date
N = None

WORKBOOKS: list[Made] = [
    Made("企业技术难题征集汇总表.xlsx", "official form", [
        ["序号", "单位名称", "技术难题名称", "难题简要描述", "拟投入(万元)", "期望完成时间", "技术成熟度要求", "联系人及电话"],
        [1, "海河阀门有限公司", "高压球阀密封面冲蚀", "含砂工况下密封面三个月即冲出沟槽，需要新的堆焊或喷涂办法，寿命提高一倍以上", "50-80万", "2027年底", "中试", "孙立国 13900000001"],
        [2, "燕山轴承厂", "轴承钢夹杂物在线识别", "目前靠抽检金相，漏检率百分之三，需要在线的识别办法", 30, "2026年10月", "小试", "周工 13900000002"],
        [3, "津门食品股份有限公司", "冷冻面团发酵稳定", "冷冻四周后发酵力下降四成，希望降到一成以内", "面议", "一年内", "产业化", "何敏 13900000003"],
    ], "needs", 1, {"序号": "id", "单位名称": "actor", "技术难题名称": "title", "难题简要描述": "text", "拟投入(万元)": "budget", "期望完成时间": "deadline", "技术成熟度要求": "trl_required", "联系人及电话": "contact"}, 3,
        values={(2, "budget"): 65_000_000, (3, "budget"): 30_000_000, (2, "deadline"): D(2027, 12, 31), (2, "phone"): ["13900000001"], (2, "contact"): "孙立国"}),
    Made("附件1.xlsx", "official form, two heading rows", [
        ["附件1", N, N, N, N, N, N, N, N],
        ["2026年度重点产业关键核心技术攻关需求表", N, N, N, N, N, N, N, N],
        ["填报单位（公章）：示范区管委会", N, N, N, N, N, "单位：万元", N, N],
        ["编号", "企业信息", N, "需求信息", N, N, "经费", N, "备注"],
        [N, "名称", "注册地", "题目", "主要内容", "预期指标", "企业自筹", "申请资助", N],
        ["XQ-01", "永定河环保设备有限公司", "北京市门头沟区", "污泥低温干化除臭", "现有生物滤池在冬季效率掉到四成，需要新的填料或工艺", "硫化氢去除率不低于95%", 120, 40, ""],
        ["XQ-02", "蓟州中药饮片厂", "天津市蓟州区", "中药饮片含水率快检", "烘干法两小时，跟不上包装线节拍", "误差不大于0.5%，每批不超过1分钟", 35.5, 10, "样品可提供"],
        ["合计", N, N, N, N, N, 155.5, 50, N],
    ], "needs", 5, {"编号": "id", "企业信息/名称": "actor", "企业信息/注册地": N, "需求信息/题目": "title", "需求信息/主要内容": "text", "需求信息/预期指标": "acceptance", "经费/企业自筹": "budget", "经费/申请资助": N, "备注": N}, 2,
        merged=("A1:I1", "A2:I2", "A3:F3", "G3:I3", "A4:A5", "B4:C4", "D4:F4", "G4:H4", "I4:I5"), values={(6, "budget"): 120_000_000}),
    Made("车间报上来的.xlsx", "a company's quick list", [
        ["哪个车间", "遇到什么麻烦", "说细点", "想花多少", "几月要", "找哪个", "打哪个号"],
        ["铸造车间", "砂芯断", "大件砂芯吊运时从根部断，一个月报废二十来个", "3万", "2026年9月", "老于", "13900000011"],
        ["机加工", "深孔排屑", "孔深径比超过十五就缠屑，得停机掏", "五六万吧", "2026-11-15", "小贺", "13900000012"],
        ["装配", "拧紧力矩散", "同一把枪打出来的力矩差两成", "2万以内", "越早越好", "裘工", "13900000013"],
        ["涂装", "橘皮", "夏天橘皮重，返工三成", "8千", "2026年8月底", "景姐", "0317-5550111"],
    ], "needs", 1, {"哪个车间": "actor", "遇到什么麻烦": "title", "说细点": "text", "想花多少": "budget", "几月要": "deadline", "找哪个": "contact", "打哪个号": "phone"}, 4,
        values={(2, "budget"): 3_000_000, (4, "budget"): 2_000_000, (5, "phone"): ["0317-5550111"]}),
    Made("Technology needs Q2.xlsx", "English list", [
        ["Ref", "Company", "Challenge", "Description of problem", "Budget (kRMB)", "Needed by", "Target TRL", "Success criteria", "Contact name", "Email"],
        ["TN-7", "Bohai Pumps Co., Ltd.", "Cavitation noise of vertical pumps", "Noise rises by 9 dB within a year of service, blades show pitting near the tip", 400, "Q4 2026", "TRL 6", "noise < 78 dB after 8000 h", "Zhang Wei", "zw@bohaipumps.example.com"],
        ["TN-8", "Jizhong Glass Works", "Edge chipping on thin glass", "0.3 mm sheets chip when cut at high speed; yield only 82 per cent", 250, "end of 2027", "7", "yield above 95 %", "Li Na", "lina@jzglass.example.com"],
        ["TN-9", "Haihe Dairy Group", "Fouling of plate exchangers", "Cleaning every six hours costs a shift a week", "600-900", "2027-03", 5, "24 h between cleanings", "Wang Fang", "wf@haihe.example.com"],
    ], "needs", 1, {"Ref": "id", "Company": "actor", "Challenge": "title", "Description of problem": "text", "Budget (kRMB)": "budget", "Needed by": "deadline", "Target TRL": "trl_required", "Success criteria": "acceptance", "Contact name": "contact", "Email": "email"}, 3,
        sheet="Needs", values={(2, "budget"): 40_000_000, (4, "budget"): 75_000_000, (2, "deadline"): D(2026, 12, 31)}),
    Made("揭榜挂帅榜单.xlsx", "official list", [
        ["“揭榜挂帅”技术榜单（第三批）", N, N, N, N, N, N],
        ["榜单号", "榜单题目", "发榜方", "攻关内容", "考核要求", "榜金（万元）", "完成时限"],
        ["JB-301", "海水淡化膜抗污染", "渤海水务集团", "现有膜在赤潮期通量每周掉一成，清洗剂用量大，要求从材料上解决", "通量衰减每月不超过3%", 500, D(2028, 6, 30)],
        ["JB-302", "风电主轴轴承国产化", "张北风能装备有限公司", "三兆瓦以上机组主轴轴承全靠进口，交期十四个月", "寿命二十年台架验证通过", "1000", "2028年底"],
    ], "needs", 2, {"榜单号": "id", "榜单题目": "title", "发榜方": "actor", "攻关内容": "text", "考核要求": "acceptance", "榜金（万元）": "budget", "完成时限": "deadline"}, 2,
        merged=("A1:G1",), values={(3, "budget"): 500_000_000, (4, "deadline"): D(2028, 12, 31)}),
    Made("场景清单(2026上半年).xlsx", "scenario list", [
        ["场景编号", "场景名称", "开放单位", "场景描述", "类型", "开放时间", "对接人", "联系方式", "公开范围"],
        ["CJ01", "地铁隧道病害巡检", "津沽轨道运营有限公司", "夜间三小时天窗期，要求机器人巡完六公里并出病害图", "应用场景", "2026年12月底", "陆工", "022-55550121", "公开"],
        ["CJ02", "港口集卡换电", "曹妃甸港务有限公司", "六十台集卡换电，电池三家规格不一", "应用场景", "2027年6月", "冯女士", "0315-5550122", "会员可见"],
    ], "needs", 1, {"场景编号": "id", "场景名称": "title", "开放单位": "actor", "场景描述": "text", "类型": "kind", "开放时间": "deadline", "对接人": "contact", "联系方式": "phone", "公开范围": "openness"}, 2,
        values={(2, "kind"): "scenario", (3, "openness"): "members"}),
    Made("技术合同登记导出.csv", "database export", [
        ["demand_id", "demand_name", "demand_desc", "ent_name", "ind_code", "plan_invest_wan", "expect_date", "contact_man", "contact_phone", "create_time"],
        ["D20260001", "锂电池浆料粘度在线监测", "涂布前浆料粘度波动大，离线抽检滞后两小时，面密度一致性差", "津滨锂能科技有限公司", "C38", "60", "2026-12-31", "汤明", "13900000021", "2026-01-05 10:00:00"],
        ["D20260002", "粉末冶金件裂纹检测", "齿轮生坯裂纹肉眼看不出，烧结后报废", "邯郸精密粉冶有限公司", "C33", "25.5", "2027-03-31", "鲍强", "13900000022", "2026-01-06 11:20:00"],
    ], "needs", 1, {"demand_id": "id", "demand_name": "title", "demand_desc": "text", "ent_name": "actor", "ind_code": "industries", "plan_invest_wan": "budget", "expect_date": "deadline", "contact_man": "contact", "contact_phone": "phone", "create_time": N}, 2,
        sheet=None, values={(2, "industries"): ["C38"], (3, "phone"): ["13900000022"]}),
    Made("科技成果信息采集表.xlsx", "official form", [
        ["科技成果信息采集表", N, N, N, N, N, N, N, N, N],
        ["序号", "成果名称", "第一完成单位", "成果简介（300字以内）", "所处阶段", "应用领域", "转化方式", "意向价格（万元）", "完成人", "联系电话"],
        ["示例", "某某技术", "某某大学", "××××", "中试", "C39", "许可", "100", "张某", "138xxxxxxxx"],
        [1, "钛合金电弧增材修复", "华北工程大学", "送丝速度与热输入闭环控制，修复层与基体结合强度达母材95%，已修复叶片40片", "中试", "C37", "许可、合作开发", 150, "贺长青", "13900000031"],
        [2, "微波真空冻干装备", "滦河农业科学院", "冻干时间缩短六成，单机日处理一吨，复水比不降", "已产业化", "C35", "转让", "面议", "董雨", "13900000032"],
        [3, "钠电硬碳负极", "津南新材料研究院", "首效91%，克容量330，吨级产线连续运行", "小批量", "C38", "作价入股", "800-1000", "曾可", "13900000033"],
    ], "achievements", 2, {"序号": "id", "成果名称": "title", "第一完成单位": "owner", "成果简介（300字以内）": "abstract", "所处阶段": "trl", "应用领域": "industries", "转化方式": "modes", "意向价格（万元）": "ask", "完成人": "contact", "联系电话": "phone"}, 3,
        merged=("A1:J1",), values={(4, "ask"): 150_000_000, (4, "modes"): ["licence", "development"], (6, "ask"): 900_000_000, (5, "ask"): None}),
    Made("patents_export.xlsx", "patent database export", [
        ["公开（公告）号", "标题", "摘要", "申请人", "IPC", "公开（公告）日", "发明人", "法律状态"],
        ["CN200000001A", "一种阀芯表面激光熔覆方法", "本发明公开一种阀芯表面的激光熔覆方法，粉末配比与扫描间距优化后熔覆层无裂纹，硬度提高两倍", "华北工程大学", "C23C24/10; B23K26/342", "2024-03-15", "贺长青; 李四平", "有效"],
        ["CN200000002A", "基于声发射的刀具磨损监测系统", "本发明涉及刀具磨损监测，采用声发射与电流信号融合，识别率高于百分之九十六", "燕北理工学院", "B23Q17/09", "2023-11-02", "王晓", "审中"],
    ], "achievements", 1, {"公开（公告）号": "id", "标题": "title", "摘要": "abstract", "申请人": "owner", "IPC": "ipc", "公开（公告）日": "year", "发明人": "contact", "法律状态": N}, 2,
        sheet="检索结果", values={(2, "ipc"): ["C23C 24/10", "B23K 26/342"], (2, "year"): 2024}),
    Made("路演项目.xlsx", "a colleague's notes", [
        ["六月路演的八个项目（先看前三个）", N, N, N, N, N, N],
        ["项目", "哪个学校的", "是干什么的", "做到什么程度", "想要多少钱", "带头人", "微信电话"],
        ["无人机挂缆检测", "冀北电力学院", "挂着涡流探头沿导线走，断股能查出来，一小时查两公里", "样机，试飞过", "40万", "沈教授", "13900000041"],
        ["可降解地膜", "滦河农业科学院", "六个月降解九成，铺膜机不用改", "小试", "60万左右", "陶老师", "13900000042"],
        ["肺音听诊贴", "津门医科大学", "贴一晚上，出哮鸣音报告，做了一百二十例", "拿证了，量产", "500万以上", "纪博士", "13900000043"],
    ], "achievements", 2, {"项目": "title", "哪个学校的": "owner", "是干什么的": "abstract", "做到什么程度": "trl", "想要多少钱": "ask", "带头人": "contact", "微信电话": "phone"}, 3,
        merged=("A1:G1",), values={(3, "ask"): 40_000_000, (5, "trl"): 8}),
    Made("IP for licensing.xlsx", "English list", [
        ["Asset", "Title", "Short abstract", "Institution", "Readiness (TRL)", "Patent class", "Asking price, RMB 10k", "Route", "Lead inventor", "Year completed"],
        ["IP-01", "Low-friction seal coating", "Diamond-like carbon with a graded interlayer, friction 0.05 after one million strokes", "North Bay University", 6, "C23C 16/26", 80, "licence", "Dr. He", 2024],
        ["IP-02", "Solid state lidar receiver", "Single photon array with 3 per cent crosstalk, tested on 200 dies", "Institute of Optics, Tianjin", "4-5", "G01S 7/4863", "120-150", "transfer or licence", "Prof. Lin", 2023],
    ], "achievements", 1, {"Asset": "id", "Title": "title", "Short abstract": "abstract", "Institution": "owner", "Readiness (TRL)": "trl", "Patent class": "ipc", "Asking price, RMB 10k": "ask", "Route": "modes", "Lead inventor": "contact", "Year completed": "year"}, 2,
        sheet="IP", values={(2, "ask"): 80_000_000, (3, "ask"): 135_000_000, (3, "modes"): ["transfer", "licence"]}),
    Made("可转让成果.csv", "list with prices in yuan", [
        ["登记编号", "成果名称", "权属单位", "内容摘要", "TRL", "转让底价（元）", "挂牌价（元）", "方式", "登记年度", "密级"],
        ["2026-A-001", "水性工业漆快干树脂", "渤海化工学院", "常温表干十五分钟，耐盐雾八百小时，吨级放大完成", "7", "600000", "800000", "转让", "2025", "公开"],
        ["2026-A-002", "餐厨油脂制航煤催化剂", "冀中能源研究所", "寿命四千小时，收率七成五", "5", "2000000", "3000000", "许可", "2024", "内部"],
    ], "achievements", 1, {"登记编号": "id", "成果名称": "title", "权属单位": "owner", "内容摘要": "abstract", "TRL": "trl", "转让底价（元）": N, "挂牌价（元）": "ask", "方式": "modes", "登记年度": "year", "密级": "openness"}, 2,
        sheet=None, values={(2, "ask"): 80_000_000, (3, "openness"): "members"}),
    Made("会员单位名单.xlsx", "directory", [
        ["京津冀氢能联盟会员单位（截至六月）", N, N, N, N, N, N, N],
        ["会员编号", "单位名称", "单位类别", "统一社会信用代码", "所在城市", "成立日期", "联络人", "联络电话"],
        ["H001", "津滨氢能装备有限公司", "企业", "91120116MA05XXYY1T", "天津滨海新区", "2017-05-08", "翟华", "13900000051"],
        ["H002", "华北工程大学", "高等院校", "12130000401705XX0K", "石家庄", "1956", "科研处", "0311-55550131"],
        ["H003", "燕山加氢站运营有限公司", "民营企业", "91110111MA01ZZ992Q", "北京房山", "2020年3月", "温岚", "13900000053"],
    ], "actors", 2, {"会员编号": "id", "单位名称": "name", "单位类别": "kind", "统一社会信用代码": "uscc", "所在城市": "place", "成立日期": "founded", "联络人": "contact", "联络电话": "phone"}, 3,
        merged=("A1:H1",), values={(3, "place"): "120116", (4, "founded"): 1956, (5, "place"): "110111", (4, "kind"): "university"}),
    Made("园区企业台账.xlsx", "park's ledger", [
        ["企业名称", "纳税人识别号", "行业门类", "规模类型", "注册地址", "注册资本", "法人", "企业联系人", "手机", "电子信箱"],
        ["渤化新材料科技有限公司", "91120116MA06AB123C", "C26", "小型", "天津经济技术开发区", "1000万", "纪云", "卢静", "13900000061", "lj@bohua.example.com"],
        ["亦庄智控技术有限公司", "91110302MA01CD456D", "C40", "微型", "北京经济技术开发区", "200万", "史文", "史文", "13900000062", "sw@yzzk.example.com"],
    ], "actors", 1, {"企业名称": "name", "纳税人识别号": "uscc", "行业门类": "industries", "规模类型": "size", "注册地址": "place", "注册资本": N, "法人": N, "企业联系人": "contact", "手机": "phone", "电子信箱": "email"}, 2,
        sheet="台账", values={(2, "place"): "120116", (3, "place"): "110115", (3, "size"): "micro"}),
    Made("participants.csv", "English directory", [
        ["Organisation", "Type", "City", "Sector code", "Founded", "Contact", "Phone", "E-mail"],
        ["Tianjin Haihe Robotics Co., Ltd.", "Company", "Tianjin", "C34", "2015", "Ms. Guo", "+86 22 5555 0141", "guo@haihe-robotics.example.com"],
        ["North Bay University", "University", "Qinhuangdao", "P83", "1960", "Tech transfer office", "0335-5550142", "tto@nbu.example.com"],
    ], "actors", 1, {"Organisation": "name", "Type": "kind", "City": "place", "Sector code": "industries", "Founded": "founded", "Contact": "contact", "Phone": "phone", "E-mail": "email"}, 2,
        sheet=None, values={(2, "place"): "120000", (3, "place"): "130300", (2, "kind"): "firm"}),
    Made("中试平台汇总.xlsx", "official form", [
        ["中试熟化平台基本情况汇总表", N, N, N, N, N, N, N, N],
        ["平台编号", "平台名称", "建设单位", "所在区", "面向领域", "可提供的服务", "每年可接项目数", "平均收费（万元）", "平均用时（月）"],
        ["P-1", "催化剂放大平台", "津南新材料研究院", "天津市津南区", "C26", "工艺、性能", 15, 28, 5],
        ["P-2", "医疗器械试制平台", "亦庄医械有限公司", "北京市大兴区", "C35;A61B", "设计;生产验证", 10, "面议", 8],
    ], "bases", 2, {"平台编号": "id", "平台名称": "name", "建设单位": "actor", "所在区": "place", "面向领域": "fields", "可提供的服务": "services", "每年可接项目数": "capacity", "平均收费（万元）": "price", "平均用时（月）": "months"}, 2,
        merged=("A1:I1",), values={(3, "price"): 28_000_000, (3, "months"): 5, (3, "capacity"): 15, (4, "place"): "110115"}),
    Made("Pilot facilities.xlsx", "English list", [
        ["Facility", "Host institution", "Location", "Disciplines", "Services", "Slots per year", "Fee per job (RMB)", "Duration (weeks)", "Key equipment"],
        ["Spray drying pilot line", "Institute of Food Engineering, Tianjin", "Tianjin", "C14", "process", 20, 150000, 12, "Tower 50 kg/h, fluid bed, homogeniser 600 bar"],
        ["Battery cell pilot line", "North Bay University", "Qinhuangdao", "C38", "process; production trial", 6, "400,000", 26, "Slot die coater 300 mm, winder, formation 64 channels"],
    ], "bases", 1, {"Facility": "name", "Host institution": "actor", "Location": "place", "Disciplines": "fields", "Services": "services", "Slots per year": "capacity", "Fee per job (RMB)": "price", "Duration (weeks)": "months", "Key equipment": "capabilities"}, 2,
        sheet="Facilities", values={(2, "price"): 15_000_000, (3, "price"): 40_000_000, (2, "months"): 3, (3, "months"): 6}),
    Made("闲置产能.xlsx", "a company's list", [
        ["生产线名称", "所属企业", "地址", "主要设备和工艺", "一年能接几个新品", "开模调试费", "从打样到量产要多久", "对接人", "电话"],
        ["铝合金压铸三线", "泊头精铸有限公司", "沧州泊头", "1250吨压铸机两台，真空辅助，X光在线", 12, "15万", "3个月", "邱工", "13900000071"],
        ["SMT二线", "廊坊微电组装有限公司", "廊坊开发区", "01005贴装，AOI，选择焊", "20个", "5-8万", "一个半月", "姚主管", "13900000072"],
    ], "makers", 1, {"生产线名称": "name", "所属企业": "actor", "地址": "place", "主要设备和工艺": "capabilities", "一年能接几个新品": "capacity", "开模调试费": "setup", "从打样到量产要多久": "months", "对接人": "contact", "电话": "phone"}, 2,
        sheet="产线", values={(2, "place"): "130981", (2, "setup"): 15_000_000, (2, "months"): 3}),
    Made("仪器共享目录.xlsx", "shared resources", [
        ["资源编号", "资源类别", "资源名称", "提供单位", "可用数量", "收费标准"],
        ["S-01", "仪器设备", "透射电镜", "华北工程大学", "300小时", "1200元/小时"],
        ["S-02", "人才", "焊接工艺师", "燕山轴承厂", "2人", "2.5万元/月"],
        ["S-03", "数据", "土壤光谱库", "滦河农业科学院", "1", "免费"],
    ], "factors", 1, {"资源编号": "id", "资源类别": "factor", "资源名称": "class", "提供单位": "actor", "可用数量": "capacity", "收费标准": "price"}, 3,
        sheet="目录", values={(2, "price"): 120_000, (3, "price"): 2_500_000, (4, "price"): 0, (2, "factor"): "equipment"}),
    Made("科技金融产品汇总.xlsx", "bank's list", [
        ["机构名称", "产品名称", "产品类别", "授信额度（万元）", N, "参考年利率", "最长期限", "适用区域", "申请条件"],
        [N, N, N, "最低", "最高", N, N, N, N],
        ["津滨银行", "专精特新贷", "信用贷款", 50, 1000, "3.4%", "3年", "天津", "专精特新企业，连续经营两年"],
        ["燕赵担保", "成果转化保", "担保", 20, 500, "1.0%", "24个月", "河北省", "有技术合同登记证明"],
        ["海河创投", "种子基金", "股权投资", 100, 300, "", "5-7年", "京津冀", "高校院所成果，团队持股"],
    ], "products", 2, {"机构名称": "actor", "产品名称": "name", "产品类别": "kind", "授信额度（万元）/最低": "ticket_min", "授信额度（万元）/最高": "ticket_max", "参考年利率": "rate", "最长期限": "months", "适用区域": "places", "申请条件": "conditions"}, 3,
        merged=("A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:F2", "G1:G2", "H1:H2", "I1:I2"), sheet="产品",
        values={(3, "ticket_max"): 1_000_000_000, (3, "months"): 36, (5, "places"): ["110000", "120000", "130000"], (3, "rate"): 0.034}),
    Made("应付账款明细2026-05.xlsx", "accountant's sheet", [
        ["应付账款明细表", N, N, N, N, N],
        ["编制单位：津门食品股份有限公司          2026年5月31日          单位：元", N, N, N, N, N],
        ["供应商名称", "发票号码", "摘要", "未付金额", "到期日", "付款状态"],
        ["蓟北包装厂", "00310021", "纸箱", 128500.5, D(2026, 6, 30), "未付"],
        ["滦南调味品有限公司", "00310044", "酱料", "86,000.00", "2026-07-15", "逾期"],
        ["燕山冷链物流", "00310050", "运费", 43000, "2026.8.1", "已付款"],
        ["合计", N, N, 257500.5, N, N],
    ], "obligations", 3, {"供应商名称": "creditor", "发票号码": "id", "摘要": N, "未付金额": "amount", "到期日": "due", "付款状态": "status"}, 3,
        merged=("A1:F1", "A2:F2"), values={(4, "amount"): 12_850_050, (4, "debtor"): "津门食品股份有限公司", (6, "status"): "settled"}),
    Made("三角债.xlsx", "a colleague's notes", [
        ["谁欠的", "欠谁", "欠多少(万)", "为啥欠的", "说好哪天还"],
        ["建国建材", "宏大运输", 12, "运费", "2026年6月底"],
        ["宏大运输", "二建公司", "8.5", "工程款", "2026-09-30"],
        ["二建公司", "建国建材", "20万", "水泥款", "年底"],
    ], "obligations", 1, {"谁欠的": "debtor", "欠谁": "creditor", "欠多少(万)": "amount", "为啥欠的": N, "说好哪天还": "due"}, 3,
        values={(2, "amount"): 12_000_000, (3, "amount"): 8_500_000, (4, "amount"): 20_000_000}),
    Made("技术合同流向.csv", "statistics office", [
        ["卖方所在地", "买方所在地", "要素类型", "统计年度", "合同数", "成交额(亿元)", "数据来源"],
        ["北京", "河北", "技术", "2024", "5200", "310.5", "技术市场年报（虚构）"],
        ["北京", "天津", "技术", "2024", "3100", "95", "技术市场年报（虚构）"],
        ["天津", "河北", "技术", "2024", "870", "22.4", "技术市场年报（虚构）"],
    ], "flows", 1, {"卖方所在地": "origin", "买方所在地": "destination", "要素类型": "factor", "统计年度": "year", "合同数": "count", "成交额(亿元)": "value", "数据来源": "source"}, 3,
        sheet=None, values={(2, "value"): 3_105_000_000_000, (2, "origin"): "110000", (3, "count"): 3100}),
    Made("校企合作一览.xlsx", "university's list", [
        ["合作方一", "合作方二", "合作形式", "起始年份", "项目数"],
        ["华北工程大学", "海河阀门有限公司", "联合研发", 2023, 3],
        ["渤海化工学院", "渤化新材料科技有限公司", "技术合同", "2024年", 1],
    ], "ties", 1, {"合作方一": "a", "合作方二": "b", "合作形式": "kind", "起始年份": "year", "项目数": "count"}, 2,
        sheet="合作", values={(2, "kind"): "research", (3, "year"): 2024}),
    Made("问卷回收.xlsx", "survey export", [
        ["答题序号", "1.贵单位名称", "2.您的姓名", "3.您的手机号", "4.贵单位当前最想解决的技术问题（一句话）", "5.请详细描述该问题", "6.预计投入（万元）", "7.希望何时解决", "提交时间"],
        [1, "蓟北包装厂", "宋玉", "13900000081", "纸箱防潮涂层", "梅雨季箱体强度下降三成，淋膜成本太高，想找水性涂层", "10", "2026年底", "2026-05-01 09:10:11"],
        [2, "滦南调味品有限公司", "米兰", "13900000082", "酱油浊度控制", "灌装后两个月出现沉淀，客户退货", "20~30", "2027年3月", "2026-05-01 10:20:30"],
    ], "needs", 1, {"答题序号": "id", "1.贵单位名称": "actor", "2.您的姓名": "contact", "3.您的手机号": "phone", "4.贵单位当前最想解决的技术问题（一句话）": "title", "5.请详细描述该问题": "text", "6.预计投入（万元）": "budget", "7.希望何时解决": "deadline", "提交时间": N}, 2,
        values={(2, "budget"): 10_000_000, (3, "budget"): 25_000_000}),
    Made("难题(从网页粘贴).txt", "pasted from a page", [
        ["难题", "企业", "描述", "投入", "期限"],
        ["注塑件翘曲", "唐海塑业有限公司", "长条件冷却后翘曲两毫米，装配不上", "15万元", "2026年10月"],
        ["焊缝气孔", "丰润钢构有限公司", "雨季气孔多，返修率百分之八", "6万元", "2026年8月"],
    ], "needs", 1, {"难题": "title", "企业": "actor", "描述": "text", "投入": "budget", "期限": "deadline"}, 2,
        sheet=None, values={(2, "budget"): 15_000_000}),
    Made("成果表-无价格单位.xlsx", "no unit given", [
        ["名称", "单位", "简介", "报价"],
        ["光纤水听器", "燕北理工学院", "六十四元阵列，自噪声低于海况零级，已湖试", 80],
        ["低温润滑脂", "渤海化工学院", "零下六十度启动力矩降七成", 35],
    ], "achievements", 1, {"名称": "title", "单位": "owner", "简介": "abstract", "报价": "ask"}, 2, sheet="成果", ask=("报价",), values={(2, "ask"): None}),
    Made("通讯录和值班.xlsx", "nothing of ours", [
        ["值班日期", "带班领导", "值班员", "值班电话"],
        ["2026-05-01", "郑主任", "小吴", "022-55550191"],
        ["2026-05-02", "冯主任", "小白", "022-55550191"],
    ], None, None, {}, 0),
    Made("采购预算.xlsx", "nothing of ours", [
        ["品名", "型号", "数量", "单价", "总价"],
        ["打印纸", "A4 80g", 50, 22, 1100],
        ["硒鼓", "CF228A", 6, 480, 2880],
    ], None, None, {}, 0),
    Made("节能技术需求与供给.xlsx", "table that starts in column C, row 6", [
        [N], [N], [N],
        [N, N, "以下为六月征集结果，金额均为万元"], [N],
        [N, N, "需求单位", "需求标题", "需求详细内容", "意向投入", "最晚时间", "归属产业链"],
        [N, N, "滏阳热力有限公司", "换热站无人值守", "一百二十座换热站，调节靠人跑，能耗高一成五", 200, "2026年供暖前", "节能"],
        [N, N, "〃", "热网失水定位", "年失水三万吨，听漏队找不到", "80", "2027/4/30", "节能"],
    ], "needs", 6, {"需求单位": "actor", "需求标题": "title", "需求详细内容": "text", "意向投入": "budget", "最晚时间": "deadline", "归属产业链": "chain"}, 2,
        values={(7, "budget"): 200_000_000, (8, "actor"): "滏阳热力有限公司"}),
]  # fmt: skip


def write(made: Made, folder: Path) -> Path:
    """The workbook as a file."""
    path = folder / made.file
    if path.suffix in (".csv", ".txt"):
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out, delimiter="," if path.suffix == ".csv" else "\t").writerows(made.rows)
        return path
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet(made.sheet)
        dates = book.add_format({"num_format": "yyyy/m/d"})
        for area in made.merged:
            sheet.merge_range(area, "")
        for i, row in enumerate(made.rows):
            for j, cell in enumerate(row):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(i, j, dt.datetime(cell.year, cell.month, cell.day), dates)
                elif cell is not None:
                    sheet.write(i, j, cell)
    return path
