"""The page about the exchange in both languages: how to begin, and every process drawn and listed from its rows."""

from __future__ import annotations

from collections.abc import Iterator

from sanwang.exchange.process import Process, Transition, processes, spoken
from sanwang.exchange.ready import make_ready
from sanwang.exchange.rules.reading import FOREVER, Rule, rules
from sanwang.exchange.tiers import TIERS, field_tier
from sanwang.schema import KINDS

_BEGIN = {
    "zh": """# 交易所

从挂牌到验收、登记，每一步都是一次有记录的转移：谁、何时、从哪个状态到哪个状态、由哪条规则。状态表就是下面的表；
命令行与本页都由同样的行得出。三网不持有资金：每一笔款项都是给持牌机构的指令，机构确认后才入账。

```sh
pip install 'sanwang[exchange]'
sanwang exchange new market.db --sample       # 虚构的交易所，密码只显示一次
sanwang exchange new year.db --sample --year --seed 7   # 虚构的一年：200 家企业、40 家资金方的资金往来
sanwang exchange list market.db --kind needs --text 电池
sanwang exchange list market.db deal --as member01
sanwang exchange show market.db deal 编号 --as signer01
sanwang exchange allowed market.db deal 编号 --as signer01
sanwang exchange verify market.db             # 重算事件链、状态与金额
sanwang exchange region market.db -o region --public
sanwang match region
```

在 Python 中（`docs/exchange_loop.py` 是完整的一圈，作为测试运行）：

```python
from sanwang.exchange import Exchange

x = Exchange.open("market.db")  # 或 postgresql://…
me = x.sign_in("member01", "…")
x.allowed(me, "deal", deal)  # 现在能做什么，其余为何不能
x.take(me, "deal", deal, "accept")  # 每个流程都是同一个动词
x.verify()
```

## 科研人员收益分配

合同签署后，出让方提出分配方案：给予科研人员净收入的比例（基点）、可扣除的成本、逐人的份额（`60%`、`6000bp` 或金额；
须恰好合计为整体）与登录名；由他人代理的写明依据。属国家设立的研究开发机构或高等院校的，转让、许可的比例不得低于法定标准；须如实填写是否
属于，标准连同条款与读取方式写入方案。每位科研人员按文本摘要同意，全体同意后由单位两名不参与分配的人员确认生效。每次收款按
累计净收入提留，合计与比例分毫不差；生效前已收的款项在生效时一并计入；已有收款的方案不再变更。

```sh
sanwang exchange take market.db share propose --set deal=编号 --set state_unit=true --set given_bp=7000 \
    --set 'share_lines=["甲 | 60% | jia", "乙 | 40% | yi"]' --as signer01
sanwang exchange show market.db share 编号 --as jia       # 各人份额、由谁同意、已提留
```

## 应收账款凭证

债务人由已验收的里程碑（合同约定以凭证付款）或发票确认一笔付款；一张发票只能确认一次。持有人可按分拆分、转让、向若干
资金方询价；放款前须填写统一登记号；没有用一句话写明并同意的，对中小企业没有追索权；每次易手即通知债务人。到期由债务人
可用余额付给各持有人，不足则逾期。各方只看到自己的部分。

```sh
sanwang exchange list market.db holding --as signer01
sanwang exchange take market.db holding split 编号 --set 'parts=[300000,700000]' --as signer01
sanwang exchange offers market.db 编号 --as signer01  # 到手金额、全部费用计入的年成本（实际天数/365，复利）
```

## 轧差轮次

运营方开轮；债权人申报、债务人确认，凭证的未付部分也可参加；截止后锁定，按最大轧差逐家发通知；不同意或不答复的退出后
重算，直到所有相关方都同意；生效日一笔分录，通知即成为证明。每家的应付与应收减少同样多，净额不变；各方只看到自己的明细。
法律上的抵销是两方之间的，多方轧差以全体同意为基础。无力支付的企业参加会使场外债权人受损：开轮时写
`harmless=true`，则求解中按交易所可见的债务与可用余额排除会使场外受损的企业，并给出代价（少轧差
多少）；看不到的债务与存款不在其内，可用 `sanwang settle --cash --harmless` 另算，或由运营方决定不予参加。

## 贷款与租赁

企业申请（可附方案的路线），贷款人报价或谢绝；谢绝须写明理由和怎样可以办成，企业都能看到。利息按合同写明的计息方式
（实际/360、实际/365、30E/360），每期四舍五入到分，尾差在末期；担保同意、担保物登记之后才能放款；到期由借款人可用余额扣收，
逾期按合同的逾期利率对未还本金计息，还款先息后本、先到期先还。担保人按份额代偿后，就代偿部分取得债权，其后按比例受偿。
贷款人的单户、集团、行业与全行限额在报价与放款时检查，已持有的凭证计入。

```sh
sanwang exchange schedule --principal 100万 --rate-bp 345 --periods 12 --start 2026-12-01   # 还款计划，精确到分
sanwang exchange portfolio market.db --as signer01                                          # 贷款人的组合、限额与待办
```

## 附条件预付款

预付的钱按事先约定的结果了结。合约写明事实（验收、证据种类、用途、收款方类别；由谁确认）、到期日与失效日，以及每个部分的
各种结果及其条件。条件语言是 CEL 的封闭子集：只有所列事实、`phase == 'open'`（未到期）、`'late'`（逾期）、
`'expired'`（失效）与 `&& || ! ( ) true false`，不调用函数，必定结束。签署前逐一列出全部情形：任何情形至多一种结果，
失效时恰有一种，否则不能签署。双方按文本摘要签署；条件成立即了结，失效时全部了结；争议期间停止计时，由双方协商或两名
运营人员裁定；收款方可随时退款。

起草时可写 `rail=wallet`：由数字钱包运营机构保管。冻结、划付、解除成为给机构的指令（模板合约：锁定全部、逐部分了结），
机构确认后才入账；同一参考号只办一次，无回执的查询而不另发，被拒绝的另作一次指令；状态与机构逐笔核对。模板为本程序所拟，不是
任何机构的真实接口，演示中由模拟运营机构应答（延迟、重复、遗失、拒绝、乱序）。

```sh
sanwang exchange outcomes market.db 编号 --as signer01      # 全部情形：阶段、成立的事实、结果、双方各得
```

## 基金

管理人提出条款书（是否循环投资、按认缴还是按实缴分配、募集、投资与存续期限），只有受邀单位看得到；出资人按摘要签署，
管理人接纳，两人关账。缴款按各出资人尚未通知的认缴等比例分到分，任何人不会被通知超过认缴；逾期未缴有记录，后果依基金合同。
投资按期约定里程碑，被投企业报告、管理人确认后才投放；已约定未投放的各期合计不超过未实缴与可投放资金之和。非循环基金收回的
钱只用于分配，循环基金可再投。估值说明不动钱。退出或收回由付款方付款确认；核销须两人。任一时刻：在投成本、资金、已分配与
已核销之和，等于实缴加收回超过成本的部分。收益率可能没有，也可能不止一个，如实写明。

```sh
sanwang exchange fund market.db 编号 --as signer01     # 现金流、估值、倍数与收益率
```

## 冻结、质押与破产

运营人员按文书录入，另一人复核后执行，解除也须两人。冻结的款项不付出、不抵销；冻结前已放行给机构的付款继续；冻结额度未满时
到账的款项一并冻结；多个冻结按录入先后相加。被限制的凭证不得拆分、转让、询价、参加轧差，正在进行的转让与询价终止；到期付款
留在持有人账上并冻结至解除。交易的托管资金、附条件预付款、贷款债权也可以冻结：托管款既不放也不退；预付款的事实照常确认，解除时按已确认的事实了结；贷款
照还，还款留在贷款人账上并冻结。约定了逾期利率（`late_bp`）的凭证，逾期付款时一并收取逾期利息。破产的单位不再新办任何业务，不参加轧差；已定未生效的轧差须重算。
运营人员可按顺位列出交易所可见的债权与各自至多所得（`x.estate`；顺位为待核实的带日期数据，不据以付款）。依据见“带日期的规则”。

## 货币兑换

企业向资金方询价，机构报出汇率、来源与日期；接受须写明所读到的汇率。兑换是两个币种账簿中相连的两笔，同成同败；换入金额向下取整
到最小单位。银行以兑换编号记账的两笔流水（一出一入）入账后，两个币种的银行余额随之变动，报价机构的头寸归零；入账之前换入的外币
不能付出。每笔流水写明所属兑换及其汇率、来源与日期。没有汇率，任何款项不跨币种；每一轮轧差、每份凭证与贷款只用一种货币。

## 谁能看到什么

公开：人人可见；会员：已核验单位的人员；保密：协议生效后指定的查阅人，每次查阅都有记录。栏目的最低级别见下表，挂牌方
只能提高，不能降低；未列出的栏目一律按保密处理。检索只命中检索人可读的文字；看不到的与不存在的回答相同。
""",
    "en": """# The exchange

From a listing to acceptance and registration every step is a transition on record: who, when, from which state to
which, by which rule. The tables of states are those below; command line and this page come from the same rows. Sanwang
holds no money: every money leg is an instruction to a licensed institution and counts when the institution confirms it.

```sh
pip install 'sanwang[exchange]'
sanwang exchange new market.db --sample       # a fictional exchange; the password is shown once
sanwang exchange new year.db --sample --year --seed 7   # a fictional year: 200 firms
sanwang exchange list market.db --kind needs --text 电池
sanwang exchange list market.db deal --as member01
sanwang exchange show market.db deal ID --as signer01
sanwang exchange allowed market.db deal ID --as signer01
sanwang exchange verify market.db             # chain, states and sums recomputed
sanwang exchange region market.db -o region --public
sanwang match region
```

In Python (`docs/exchange_loop.py` goes the whole way round and is run as a test):

```python
from sanwang.exchange import Exchange

x = Exchange.open("market.db")  # or postgresql://…
me = x.sign_in("member01", "…")
x.allowed(me, "deal", deal)  # what I may do now, and why not the rest
x.take(me, "deal", deal, "accept")  # the same verb for every process
x.verify()
```

## Inventors' shares

Once a contract is signed its seller proposes the distribution: the inventors' part of the net income in basis points,
the costs that come off first, each person's part (`60%`, `6000bp` or a sum; together exactly the whole) with the login
of who agrees, and on what paper another acts for them. Whether the seller is an institute or university that the state
set up must be said: for them a transfer or licence must reach the standard by law, kept with its article and how it was
read. Every inventor agrees to the text by its digest; then two people of the institution who have no line in it put it
in force. Each receipt sets aside the part of all that came in so far, so that rounding never adds up; what came before
counts when it comes into force; under a distribution that brought money in nothing is changed any more.

```sh
sanwang exchange take market.db share propose --set deal=ID --set state_unit=true --set given_bp=7000 \
    --set 'share_lines=["甲 | 60% | jia", "乙 | 40% | yi"]' --as signer01
sanwang exchange show market.db share ID --as jia       # each part, who agreed, what was set aside
```

## Receivable vouchers

A debtor confirms a payment that comes from an accepted milestone (where the contract pays by voucher) or an invoice;
one invoice is confirmed once. Who holds it splits it to the fen, passes it on, asks several financiers for bids. Money
moves only for a part with its number in the central registry; there is no recourse to the seller unless one sentence
says so and was agreed to; every change of hands is told to the debtor. On the due date holders are paid from the
debtor's free money, or it is overdue. Everybody sees only their own parts.

```sh
sanwang exchange list market.db holding --as signer01
sanwang exchange take market.db holding split ID --set 'parts=[300000,700000]' --as signer01
sanwang exchange offers market.db ID --as signer01  # what comes in; yearly cost, all fees in (actual/365)
```

## Clearing rounds

The operator opens a round; creditors lodge debts, debtors confirm them, open parts of vouchers take part. After the
lodging it is locked, the largest set-off is proposed firm by firm, and solved again without those who refuse or keep
silent until everybody concerned agrees; on the day of effect one entry sets it off and each notice becomes a
certificate. A firm's payables and receivables shrink by the same; everybody sees their own lines only. Set-off in law
is between two: among many it rests on everybody's consent. A firm that cannot pay in full may hurt creditors outside:
a round opened with `harmless=true` leaves out, while it is solved, firms by whom somebody outside would lose, by the
debts and free money that the exchange sees, and states the price: how much less is set off. What it does not see can
be looked at by `sanwang settle --cash --harmless`; the operator may leave a firm out as well.

## Loans and leases

A firm applies (with a plan's route where there is one); the lender offers terms or refuses, with the reason and what
would have made it possible, both for the firm to read. Interest runs by the day-count the contract names (act/360,
act/365, 30E/360), rounded half up once a period, what rounding leaves in the last. Money moves when the guarantee is
promised and the collateral registered. On the day what is due is collected from the borrower's free money; late
interest runs on the unpaid principal at the contract's late rate; a payment goes to interest before principal, the
oldest first. A guarantor who paid its share stands in the lender's place for as much and is repaid in proportion. The
lender's limits per debtor, group, sector and for all are checked when it offers and pays out; vouchers it holds count.

```sh
sanwang exchange schedule --principal 100万 --rate-bp 345 --periods 12 --start 2026-12-01   # to the fen
sanwang exchange portfolio market.db --as signer01     # a lender's book, its limits and what waits
```

## Prepaid money under conditions

Prepaid money ends by outcomes agreed to beforehand. The contract states facts (work accepted, kinds of evidence,
purpose, class of the payee; and whose word each is), a due date, an expiry, and for every part its outcomes with
their conditions. The language is a closed part of CEL: the facts, `phase == 'open'`, `'late'`, `'expired'`, and
`&& || ! ( ) true false`; it calls nothing and always ends. Before signing, the table of everything that can happen is
made: never two outcomes, at expiry exactly one, or it cannot be signed. Both sign the same text by its digest. What
holds ends at once, the rest at expiry; a dispute stops the clock until both settle or two operators rule; the
provider may give back at any time.

A draft with `rail=wallet` is kept by an operator of digital wallets: hold, post and void become orders to it (a
template contract: lock everything, end it part by part) and count when it confirms. A reference is done once; what is
not answered is asked about and never sent anew; after a refusal there is another attempt; states are compared order by
order. The template is this program's own and no institution's interface; in a demonstration a simulated operator
answers: late, twice, never, no, or out of order.

```sh
sanwang exchange outcomes market.db ID --as signer01   # everything: phase, facts, outcome, what each side gets
```

## Funds

A manager proposes a term sheet (revolving or not, shared by promises or by what was paid, three dates), seen by the
parties invited alone; an investor signs it by its digest, the manager admits it, two persons close. A call is divided
to the fen in proportion to what is not called yet, and nobody can be called beyond a promise; what is not paid in time
is on record, what follows is for the fund's contract. An investment names its tranches with milestones: the firm
reports, the manager confirms, then money moves. Tranches promised never exceed what is not paid in plus what may be
invested: what came back is distributed, and only a revolving fund invests it again. A valuation note moves no money.
Sale or repayment counts when its payer pays; a write-off takes two. At every moment cost + cash + distributed + written
off = paid in + what came back above cost. No yearly rate may fit, or several: that is said.

```sh
sanwang exchange fund market.db ID --as signer01     # flows, worth, multiples, rates
```

## Freeze, pledge, insolvency

An operator enters a stop from its paper, another enforces it; lifting takes two as well. Frozen money is neither paid
out nor set off; payments released to the institution before go on; money that comes in is kept until the freeze is
filled; several add up in the order of entry. A stopped part of a voucher is not split, passed, offered or set off, and
what was under way with it ends; paid on its day, the money stays with its holder, frozen. Money
in a deal's escrow, prepaid money and the claim of a loan can be frozen too: escrow is neither released nor given back;
facts about prepaid money are still said, and decide when it is lifted; a loan is repaid, and what is paid stays with
the lender, frozen. A voucher with agreed late interest (`late_bp`) collects it with a late payment. An insolvent party
begins nothing new and takes part in no round; a set-off agreed but not in effect is solved again.
Operators may list the claims that the exchange knows by rank with what each would get at most (`x.estate`; the ranks
are dated data to be confirmed, nothing is paid by it). Sources: the dated rules.

## Exchanging currencies

A firm asks a financier, the institution quotes a rate with its source and day; who accepts names the rate that was
read. An exchange is two linked transfers in the books of two currencies, both or neither; what is got is rounded down
to the smallest part. The bank books it by two lines with the exchange's number, one out and one in: they move its
mirror in both currencies and end the institution's position, each kept with rate, source and day. What was got leaves
only when the bank has booked it. Without a rate no money crosses currencies: a round, a voucher, a loan are each in
one.

## Who sees what

Public: everybody; members: people of verified parties; NDA: named readers under an agreement in force, each reading
kept. The lowest tier of each field is below; an owner may raise it, never lower it; a field not listed counts as under
NDA. A search hits only words its asker may read; what one may not see reads the same as what is not there.
""",
}
_HEADS = {
    "zh": ("从", "步骤", "由谁", "条件", "到", "期限"),
    "en": ("from", "step", "by", "conditions", "to", "deadline"),
}
_TWO = {
    "zh": {"sides": "须双方同意", "limit": "超过限额须两人", "always": "须两人"},
    "en": {"sides": "both sides agree", "limit": "two persons above the limit", "always": "two persons"},
}


def exchange_page(lang: str) -> str:
    """The page in ``zh`` or ``en``, Markdown with a Mermaid drawing of each process."""
    make_ready()
    parts = [_BEGIN[lang], "\n".join(_tiers(lang))]
    parts += [text for one in processes().values() for text in _process(one, lang)]
    parts += ["\n".join(_rules(lang))]
    return "\n".join(parts).rstrip() + "\n"


def _tiers(lang: str) -> Iterator[str]:
    heads = ("表", "公开", "会员") if lang == "zh" else ("table", "public", "members")
    yield _row(heads)
    yield _row(["---"] * 3)
    for kind in ("needs", "achievements", "bases", "makers"):
        by_tier = {tier: [f.label(lang) for f in KINDS[kind].fields.values()
                          if field_tier(kind, f.name, "public", None) == tier] for tier in TIERS}  # fmt: skip
        yield _row([KINDS[kind].label(lang), *("、".join(by_tier[t]) for t in TIERS[:2])])


def _process(one: Process, lang: str) -> Iterator[str]:
    yield f"\n## {one.label(lang)} (`{one.name}`)\n"
    yield "```mermaid\n" + "\n".join(_drawing(one, lang)) + "\n```\n"
    yield _row(_HEADS[lang])
    yield _row(["---"] * 6)
    for t in one.transitions:
        yield _row(_cells(one, t, lang))


def _drawing(one: Process, lang: str) -> Iterator[str]:
    yield "stateDiagram-v2"
    for name in one.states:
        yield f'  state "{one.state(name, lang)}" as {name}'
    for t in one.transitions:
        for source in t.sources or ("[*]",):
            if t.to != "same":
                yield f"  {source} --> {t.to}: {t.label(lang)}"
    for name in one.ends:
        yield f"  {name} --> [*]"


def _cells(one: Process, t: Transition, lang: str) -> list[str]:
    between = "、" if lang == "zh" else ", "
    wanted = [spoken("guards", g, lang) for g in t.guards] + ([_TWO[lang][t.two]] if t.two else [])
    refusals = ("；" if lang == "zh" else "; ").join(wanted)
    return [
        between.join(one.state(s, lang) for s in t.sources) or "–",
        f"{t.label(lang)} `{t.event}`",
        between.join(spoken("roles", r, lang) for r in t.by),
        (("不满足时：" if lang == "zh" else "refused when: ") + refusals) if refusals else "",
        one.state(t.sources[0], lang) if t.to == "same" and len(t.sources) == 1 else _to(one, t, lang),
        _span(t.deadline, lang),
    ]


def _to(one: Process, t: Transition, lang: str) -> str:
    return ("不变" if lang == "zh" else "same") if t.to == "same" else one.state(t.to, lang)


def _span(text: str, lang: str) -> str:
    if not text or text.startswith("@"):
        return text.replace("@", "→ ")
    if lang == "zh":
        return text.replace("wd", " 个工作日").replace("d", " 天")
    return text.replace("wd", " working days") if "wd" in text else text.replace("d", " days")


def _rules(lang: str) -> Iterator[str]:
    zh = lang == "zh"
    yield "\n## " + ("带日期的规则" if zh else "Dated rules") + "\n"
    yield (
        "未读到原文的注明“待核实”，不作为法律载入。"
        if zh
        else "What was not read in its own text is marked to be verified."
    ) + "\n"
    yield _row(("规则", "自", "至") if zh else ("rule", "from", "until"))
    yield _row(["---"] * 3)
    for rule in rules():
        yield _row([rule.said(lang), *_dates(rule)])


def _dates(rule: Rule) -> list[str]:
    return [
        rule.start.isoformat() if rule.start.year > 1900 else "",
        rule.end.isoformat() if rule.end != FOREVER else "",
    ]


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |"
