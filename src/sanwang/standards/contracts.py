"""The five technology contract types of China's register."""

from __future__ import annotations

CONTRACTS: dict[str, tuple[str, str, str]] = {
    "development": ("技术开发合同", "Technology development", "民法典第八百五十一条"),
    "transfer": ("技术转让合同", "Technology transfer", "民法典第八百六十二条"),
    "licence": ("技术许可合同", "Technology licence", "民法典第八百六十二条"),
    "consulting": ("技术咨询合同", "Technology consulting", "民法典第八百七十八条"),
    "service": ("技术服务合同", "Technology service", "民法典第八百七十八条"),
}
"""Code of the ``contract_type`` list → Chinese name, English name, the article of the Civil Code that defines it."""
