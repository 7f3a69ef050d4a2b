"""Three fictional sandbox tests for the demonstration: one that passed, one that runs, one on public notice."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from sanwang.exchange import clock as times
from sanwang.exchange import deadlines
from sanwang.exchange.oversight.partaking import account_of

if TYPE_CHECKING:
    from sanwang.exchange.demo import Cast
    from sanwang.exchange.face import Exchange
    from sanwang.exchange.who import Who

TESTS: tuple[dict[str, Any], ...] = (
    {"title": "虚构：中试服务分期预付", "relaxes": "虚构规则第三条：预付须一次付清", "audience": "虚构园区内的小微企业",
     "aim": "降低中试的首付门槛", "benefit": "更多小微企业能用上中试线", "measures": ["完成中试 | share | higher | 5"]},
    {"title": "虚构：多次延长先用后转", "relaxes": "交易所规则：试用最多延长两次", "eases": "trial_extensions",
     "eased_to": 4, "audience": "虚构制造企业", "aim": "给复杂设备更长的验证期", "benefit": "减少仓促退回",
     "measures": ["转为正式 | share | higher | 10", "验证天数 | mean | lower | 3 | 天"]},
    {"title": "虚构：共享中试数据的计量收费", "relaxes": "虚构规则第八条：数据须整套购买",
     "audience": "虚构检测机构与研发企业",
     "aim": "按用量购买数据", "benefit": "数据被更多企业使用", "measures": ["复购 | share | higher | 5"]},
)  # fmt: skip
"""Fictional tests: what differs."""

COMMON: dict[str, Any] = {
    "plan": "虚构：分三步扩大参加人。", "safeguards": "虚构：限额、逐笔核对、随时暂停。",
    "complaint_way": "在本平台提出",
    "compensation": "虚构：申请方先行赔付。", "exit_plan": ["5 | 通知全部参加人", "20 | 退还余额并删除化名对照表"],
    "consent": "虚构同意书：本人已知悉测试的内容、风险、限额、期限与退出方式，自愿参加。",
    "comparison": 50, "most_people": 60,
    "most_person": 500_000, "most_total": 12_000_000, "most_complaints": 1_000, "most_loss": 500_000,
}  # fmt: skip


class Sandbox:
    """The tests of a demonstration, taken step by step while its year goes by."""

    def __init__(self, x: Exchange, cast: Cast) -> None:
        self.x, self.cast, self.draw = x, cast, Random(7)  # noqa: S311 - fictional
        self.overseers = (cast.officials["overseer"], cast.officials["overseer2"])
        self.made: list[str] = []

    def notice(self, number: int, begins_in: int, lasts: int) -> None:
        """Apply for a test and put it on public notice."""
        maker = self.cast.makers[number]
        today = times.day_of(self.x.store.clock())
        days = {
            n: (today + timedelta(days=d)).isoformat()
            for n, d in (("from_on", begins_in), ("until_on", begins_in + lasts))
        }
        signer = self.cast.people[maker][1]
        pilot = self.x.take(
            signer, "pilot", None, "draft", COMMON | TESTS[number] | days | {"applicant": maker}
        )
        self.x.take(signer, "pilot", pilot, "apply")
        self.x.take(self.overseers[0], "pilot", pilot, "notice")
        self.made.append(pilot)

    def run(self, number: int, people: int) -> None:
        """Admit a test; people take part, use it and are observed; one complains and gets redress."""
        pilot, signer = self.made[number], self._signer(number)
        for who in self.overseers:
            self.x.take(
                who, "pilot", pilot, "admit", authority="虚构金融管理局", paper=f"虚沙〔2026〕{number + 1} 号"
            )
        consent = self.x.show(signer, "pilot", pilot)["consent_digest"]
        for n in range(people):
            account = f"F-{n:03d}"
            self.x.take(signer, "pilot", pilot, "enrol", account=account, digest=consent)
            self._observe(number, pilot, signer, account)
        complaint = self.x.take(
            self.cast.people[self.cast.firms[0]][0], "complaint", None, "lodge", saying="complaint", pilot=pilot,
            by_party=self.cast.firms[0], words="虚构：退款比约定晚了三天。",
        )  # fmt: skip
        self.x.take(signer, "complaint", complaint, "answer", words="虚构：已退款，并致歉。")

    def _observe(self, number: int, pilot: str, signer: Who, account: str) -> None:
        with self.x.store.read() as tx:
            found = account_of(tx, pilot, account)
        tested = found is not None and found["part"] == "test"
        if tested:
            self.x.take(
                signer, "pilot", pilot, "use", account=account, amount=self.draw.randint(50_000, 400_000)
            )
        good = int(self.draw.random() < (0.8 if tested else 0.3))
        values = (good, self.draw.randint(20, 40) - 8 * tested)
        for no in range(1, len(TESTS[number]["measures"]) + 1):
            self.x.take(
                signer, "pilot", pilot, "observe", account=account, measure_no=no, observed=values[no - 1]
            )

    def end(self, number: int) -> None:
        """The test is over: its exit, its report, the finding of the overseers."""
        pilot, signer = self.made[number], self._signer(number)
        deadlines.run_due(self.x.store)
        for no in (1, 2):
            self.x.take(signer, "pilot", pilot, "exit_step", exit_no=no)
        self.x.take(signer, "pilot", pilot, "report", words="虚构：按申请完成。")
        self.x.take(self.overseers[0], "pilot", pilot, "find", words="虚构：成效达到约定，风险可控。")
        for who in self.overseers:
            self.x.take(who, "pilot", pilot, "pass")

    def _signer(self, number: int) -> Who:
        return self.cast.people[self.cast.makers[number]][1]
