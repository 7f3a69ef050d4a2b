"""data assets and metered use."""

import sqlalchemy as sa
from alembic import op

from sanwang.exchange.tables import base
from sanwang.exchange.tables.triggers import protect

revision = "0070"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """data assets and metered use."""
    _data_assets()
    _data_products()
    _data_accesses()
    _data_bills()
    _data_uses()
    _data_disputes()
    _data_lineage()
    protect(op.get_bind(), 'data_lineage', ())


def _data_assets() -> None:
    op.create_table('data_assets',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='DA-2026-00001 …'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (data_asset.csv)'),
    sa.Column('party', sa.String(length=36), nullable=False, comment='who answers for it'),
    sa.Column('title', sa.Text(), nullable=False, comment='what it is called'),
    sa.Column('personal', sa.Text(), nullable=False, comment='whether it holds personal data: yes or no; nobody may leave it open'),
    sa.Column('legal_basis', sa.Text(), nullable=True, comment='on which basis personal data are handled, or how they were made anonymous'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint("personal = 'no' or legal_basis is not null", name=op.f('ck_data_assets_basis')),
    sa.CheckConstraint("personal in ('yes', 'no')", name=op.f('ck_data_assets_personal')),
    sa.ForeignKeyConstraint(['party'], ['parties.id'], name=op.f('fk_data_assets_party'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_assets')),
    sa.UniqueConstraint('number', name=op.f('uq_data_assets_number')),
    comment='the register of data assets'
    )
    op.create_index(op.f('ix_data_assets_party'), 'data_assets', ['party'], unique=False)


def _data_products() -> None:
    op.create_table('data_products',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='DP-2026-00001 …'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (data_product.csv)'),
    sa.Column('asset', sa.String(length=36), nullable=False, comment='what is offered'),
    sa.Column('party', sa.String(length=36), nullable=False, comment='who offers it'),
    sa.Column('listing', sa.String(length=36), nullable=False, comment='the listing of factor data that shows it'),
    sa.Column('terms', base.Document(), nullable=False, comment='the usage policies that bind it (ODRL), frozen'),
    sa.Column('pricing', sa.Text(), nullable=False, comment='what is paid for'),
    sa.Column('price', sa.BigInteger(), nullable=False, comment='price of one of that (fen)'),
    sa.Column('unit', sa.Text(), nullable=True, comment='what a unit is: records, MB …; empty: no units are counted'),
    sa.Column('cap', sa.BigInteger(), nullable=True, comment='in all at most, an access; empty: no cap (fen)'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('digest', sa.Text(), nullable=False, comment='SHA-256 of the terms, price and asset: what both agree to'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint("(pricing = 'free') = (price = 0)", name=op.f('ck_data_products_free')),
    sa.CheckConstraint("pricing in ('free', 'flat', 'use', 'unit_used', 'unit_delivered')", name=op.f('ck_data_products_pricing')),
    sa.CheckConstraint('price >= 0 and (cap is null or cap > 0)', name=op.f('ck_data_products_price')),
    sa.ForeignKeyConstraint(['asset'], ['data_assets.id'], name=op.f('fk_data_products_asset'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['listing'], ['listings.id'], name=op.f('fk_data_products_listing'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['party'], ['parties.id'], name=op.f('fk_data_products_party'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_products')),
    sa.UniqueConstraint('number', name=op.f('uq_data_products_number')),
    comment='data products: terms and price of a listing; unchanged once offered'
    )
    op.create_index(op.f('ix_data_products_asset'), 'data_products', ['asset'], unique=False)
    op.create_index(op.f('ix_data_products_listing'), 'data_products', ['listing'], unique=False)
    op.create_index(op.f('ix_data_products_party'), 'data_products', ['party'], unique=False)


def _data_accesses() -> None:
    op.create_table('data_accesses',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='DG-2026-00001 …'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (data_access.csv)'),
    sa.Column('product', sa.String(length=36), nullable=False, comment='of which product'),
    sa.Column('holder', sa.String(length=36), nullable=False, comment='who gives it'),
    sa.Column('buyer', sa.String(length=36), nullable=False, comment='who gets it'),
    sa.Column('deal', sa.String(length=36), nullable=True, comment='the contract it follows from, where there is one'),
    sa.Column('digest', sa.Text(), nullable=False, comment='of the terms and price both agreed to'),
    sa.Column('legal_basis', sa.Text(), nullable=True, comment='on which basis the buyer handles personal data'),
    sa.Column('from_on', sa.String(length=10), nullable=False, comment='first day of use (ISO date)'),
    sa.Column('until_on', sa.String(length=10), nullable=False, comment='last day of use (ISO date)'),
    sa.Column('uses', sa.BigInteger(), server_default='0', nullable=False, comment='uses and deliveries asked for so far'),
    sa.Column('done', base.Document(), nullable=False, comment='how often each action was permitted, for policies that count'),
    sa.Column('stays', sa.Text(), nullable=True, comment='yes or no: whether what was derived may still be used after the access was revoked'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint("stays in ('yes', 'no')", name=op.f('ck_data_accesses_stays')),
    sa.CheckConstraint('from_on <= until_on', name=op.f('ck_data_accesses_days')),
    sa.CheckConstraint('holder <> buyer', name=op.f('ck_data_accesses_two_parties')),
    sa.ForeignKeyConstraint(['buyer'], ['parties.id'], name=op.f('fk_data_accesses_buyer'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['deal'], ['deals.id'], name=op.f('fk_data_accesses_deal'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['holder'], ['parties.id'], name=op.f('fk_data_accesses_holder'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['product'], ['data_products.id'], name=op.f('fk_data_accesses_product'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_accesses')),
    sa.UniqueConstraint('number', name=op.f('uq_data_accesses_number')),
    comment='access to a data product, from the asking to its end; one at a time of a buyer'
    )
    op.create_index(op.f('ix_data_accesses_buyer'), 'data_accesses', ['buyer'], unique=False)
    op.create_index('ix_data_accesses_deadline', 'data_accesses', ['state', 'deadline_at'], unique=False)
    op.create_index(op.f('ix_data_accesses_holder'), 'data_accesses', ['holder'], unique=False)
    op.create_index(op.f('ix_data_accesses_product'), 'data_accesses', ['product'], unique=False)
    op.create_index('uq_data_accesses_live', 'data_accesses', ['product', 'buyer'], unique=True, sqlite_where=sa.text("state = 'in_force'"), postgresql_where=sa.text("state = 'in_force'"))


def _data_bills() -> None:
    op.create_table('data_bills',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='DB-2026-00001 …'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (data_bill.csv)'),
    sa.Column('access', sa.String(length=36), nullable=False, comment='of which access'),
    sa.Column('holder', sa.String(length=36), nullable=False, comment='who is paid'),
    sa.Column('buyer', sa.String(length=36), nullable=False, comment='who pays'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('until_on', sa.String(length=10), nullable=False, comment='for uses up to this day (ISO date)'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='what is owed: the undisputed uses in it, up to the cap of the access (fen)'),
    sa.Column('due_on', sa.String(length=10), nullable=True, comment='to be paid by (ISO date)'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('amount >= 0', name=op.f('ck_data_bills_amount')),
    sa.ForeignKeyConstraint(['access'], ['data_accesses.id'], name=op.f('fk_data_bills_access'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['buyer'], ['parties.id'], name=op.f('fk_data_bills_buyer'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['holder'], ['parties.id'], name=op.f('fk_data_bills_holder'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_bills')),
    sa.UniqueConstraint('number', name=op.f('uq_data_bills_number')),
    comment='bills of an access, one open at a time; paid through the books once'
    )
    op.create_index(op.f('ix_data_bills_access'), 'data_bills', ['access'], unique=False)
    op.create_index(op.f('ix_data_bills_buyer'), 'data_bills', ['buyer'], unique=False)
    op.create_index('ix_data_bills_deadline', 'data_bills', ['state', 'deadline_at'], unique=False)
    op.create_index(op.f('ix_data_bills_holder'), 'data_bills', ['holder'], unique=False)
    op.create_index('uq_data_bills_open', 'data_bills', ['access'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))


def _data_uses() -> None:
    op.create_table('data_uses',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('access', sa.String(length=36), nullable=False, comment='under which access'),
    sa.Column('no', sa.BigInteger(), nullable=False, comment='running number of the access'),
    sa.Column('how', sa.Text(), nullable=False, comment='use, delivery, or the access itself where its price is flat'),
    sa.Column('action', sa.Text(), nullable=False, comment='what was asked for (ODRL)'),
    sa.Column('purpose', sa.Text(), nullable=True, comment='what for, in the words of who asked'),
    sa.Column('place', sa.Text(), nullable=True, comment='GB/T 2260 code of where'),
    sa.Column('units', sa.BigInteger(), server_default='0', nullable=False, comment='how many units'),
    sa.Column('duties', base.Document(), nullable=False, comment='duties that who asked says are done'),
    sa.Column('decision', sa.Text(), nullable=False, comment='permit or deny'),
    sa.Column('clauses', base.Document(), nullable=False, comment='numbers of the clauses that decided'),
    sa.Column('reasons', base.Document(), nullable=False, comment='why, in Chinese and English'),
    sa.Column('charge', sa.BigInteger(), nullable=False, comment='price of it before any cap (fen)'),
    sa.Column('standing', sa.Text(), nullable=False, comment='metered, disputed or waived; none where it was denied'),
    sa.Column('bill', sa.String(length=36), nullable=True, comment='the bill it stands in: one at most'),
    sa.Column('event', sa.Text(), nullable=False, comment='the step that asked'),
    sa.Column('user', sa.String(length=36), nullable=False, comment='who asked'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='when (microseconds UTC)'),
    sa.CheckConstraint("(decision = 'deny') = (standing = 'none')", name=op.f('ck_data_uses_denied')),
    sa.CheckConstraint("bill is null or standing = 'metered'", name=op.f('ck_data_uses_billed')),
    sa.CheckConstraint("decision = 'permit' or charge = 0", name=op.f('ck_data_uses_charge')),
    sa.CheckConstraint("decision in ('permit', 'deny')", name=op.f('ck_data_uses_decision')),
    sa.CheckConstraint("how in ('use', 'delivery', 'access')", name=op.f('ck_data_uses_how')),
    sa.CheckConstraint("standing in ('metered', 'disputed', 'waived', 'none')", name=op.f('ck_data_uses_standing')),
    sa.ForeignKeyConstraint(['access'], ['data_accesses.id'], name=op.f('fk_data_uses_access'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['bill'], ['data_bills.id'], name=op.f('fk_data_uses_bill'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['user'], ['users.id'], name=op.f('fk_data_uses_user'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_uses')),
    sa.UniqueConstraint('access', 'no', name=op.f('uq_data_uses_access_no')),
    comment='every use and delivery asked for, with the decision and the clause; metered by the same row'
    )
    op.create_index(op.f('ix_data_uses_bill'), 'data_uses', ['bill'], unique=False)


def _data_disputes() -> None:
    op.create_table('data_disputes',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='DQ-2026-00001 …'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (data_dispute.csv)'),
    sa.Column('access', sa.String(length=36), nullable=False, comment='of which access'),
    sa.Column('use', sa.String(length=36), nullable=False, comment='the use that is disputed'),
    sa.Column('holder', sa.String(length=36), nullable=False, comment='who is paid'),
    sa.Column('buyer', sa.String(length=36), nullable=False, comment='who disputes it'),
    sa.Column('words', sa.Text(), nullable=False, comment='why'),
    sa.Column('ruling', sa.Text(), nullable=True, comment='why it was ruled so'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.ForeignKeyConstraint(['access'], ['data_accesses.id'], name=op.f('fk_data_disputes_access'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['buyer'], ['parties.id'], name=op.f('fk_data_disputes_buyer'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['holder'], ['parties.id'], name=op.f('fk_data_disputes_holder'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['use'], ['data_uses.id'], name=op.f('fk_data_disputes_use'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_disputes')),
    sa.UniqueConstraint('number', name=op.f('uq_data_disputes_number')),
    comment='uses that were taken out of a bill until both agree, or two operators rule'
    )
    op.create_index(op.f('ix_data_disputes_buyer'), 'data_disputes', ['buyer'], unique=False)
    op.create_index('ix_data_disputes_deadline', 'data_disputes', ['state', 'deadline_at'], unique=False)
    op.create_index(op.f('ix_data_disputes_holder'), 'data_disputes', ['holder'], unique=False)
    op.create_index(op.f('ix_data_disputes_use'), 'data_disputes', ['use'], unique=False)
    op.create_index('uq_data_disputes_open', 'data_disputes', ['use'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))


def _data_lineage() -> None:
    op.create_table('data_lineage',
    sa.Column('asset', sa.String(length=36), nullable=False, comment='what was derived'),
    sa.Column('use', sa.String(length=36), nullable=False, comment='by which permitted use'),
    sa.Column('access', sa.String(length=36), nullable=False, comment='under which access'),
    sa.Column('source', sa.String(length=36), nullable=False, comment='from which asset'),
    sa.ForeignKeyConstraint(['access'], ['data_accesses.id'], name=op.f('fk_data_lineage_access'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['asset'], ['data_assets.id'], name=op.f('fk_data_lineage_asset'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['source'], ['data_assets.id'], name=op.f('fk_data_lineage_source'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['use'], ['data_uses.id'], name=op.f('fk_data_lineage_use'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('asset', 'use', name=op.f('pk_data_lineage')),
    comment='what was derived from what, under which access',
    )
    op.create_index(op.f('ix_data_lineage_access'), 'data_lineage', ['access'], unique=False)
    op.create_index(op.f('ix_data_lineage_source'), 'data_lineage', ['source'], unique=False)

