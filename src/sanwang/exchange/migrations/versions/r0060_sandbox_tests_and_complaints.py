"""sandbox tests and complaints."""

import sqlalchemy as sa
from alembic import op

from sanwang.exchange.tables import base
from sanwang.exchange.tables.triggers import protect

revision = "0060"
down_revision = '0050'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """sandbox tests and complaints."""
    _pilots()
    _complaints()
    _pilot_accounts()
    _pilot_observations()
    protect(op.get_bind(), 'pilot_observations', ())


def _pilots() -> None:
    op.create_table('pilots',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='T-2026-0001 …; drafts have one too'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (pilot.csv)'),
    sa.Column('applicant', sa.String(length=36), nullable=False, comment='who applies and answers for it'),
    sa.Column('partner', sa.String(length=36), nullable=True, comment='the licensed institution it is run with'),
    sa.Column('place', sa.Text(), nullable=True, comment='GB/T 2260 code of the applicant: whose overseers it is for'),
    sa.Column('title', sa.Text(), nullable=False, comment='what is tested'),
    sa.Column('relaxes', sa.Text(), nullable=False, comment='the rule that is relaxed, with its article'),
    sa.Column('eases', sa.Text(), nullable=True, comment="name of the exchange's own rule that is relaxed on this exchange; empty: none"),
    sa.Column('eased_to', sa.BigInteger(), nullable=True, comment='its value for those who take part'),
    sa.Column('audience', sa.Text(), nullable=False, comment='who may take part'),
    sa.Column('aim', sa.Text(), nullable=False, comment='aim'),
    sa.Column('benefit', sa.Text(), nullable=False, comment='benefit expected'),
    sa.Column('plan', sa.Text(), nullable=False, comment='how it is run'),
    sa.Column('safeguards', sa.Text(), nullable=False, comment='safeguards'),
    sa.Column('complaint_way', sa.Text(), nullable=False, comment='how one complains'),
    sa.Column('compensation', sa.Text(), nullable=False, comment='how loss is made good'),
    sa.Column('exit_plan', base.Document(), nullable=False, comment='steps of the exit, a line each: days after leaving | words'),
    sa.Column('consent', sa.Text(), nullable=False, comment='the text that everybody who takes part agrees to'),
    sa.Column('consent_digest', sa.Text(), nullable=False, comment='SHA-256 of that text'),
    sa.Column('measures', base.Document(), nullable=False, comment='measures of success, a line each, fixed before the start'),
    sa.Column('comparison', sa.BigInteger(), nullable=False, comment='of a hundred who take part, how many are drawn for comparison'),
    sa.Column('from_on', sa.String(length=10), nullable=False, comment='first day (ISO date)'),
    sa.Column('until_on', sa.String(length=10), nullable=False, comment='last day (ISO date)'),
    sa.Column('most_people', sa.BigInteger(), nullable=False, comment='people at most'),
    sa.Column('most_person', sa.BigInteger(), nullable=False, comment='money a person at most (fen)'),
    sa.Column('most_total', sa.BigInteger(), nullable=False, comment='money in all at most (fen)'),
    sa.Column('most_complaints', sa.BigInteger(), nullable=False, comment='complaints a 10,000 people at most, of 20 people at least'),
    sa.Column('most_loss', sa.BigInteger(), nullable=False, comment='loss at most (fen)'),
    sa.Column('people', sa.BigInteger(), server_default='0', nullable=False, comment='people who took part'),
    sa.Column('total', sa.BigInteger(), server_default='0', nullable=False, comment='money used in all (fen)'),
    sa.Column('complaints', sa.BigInteger(), server_default='0', nullable=False, comment='complaints lodged'),
    sa.Column('loss', sa.BigInteger(), server_default='0', nullable=False, comment='losses told (fen)'),
    sa.Column('authority', sa.Text(), nullable=True, comment='who allowed it'),
    sa.Column('paper', sa.Text(), nullable=True, comment='number of the paper that allowed it'),
    sa.Column('exited', base.Document(), nullable=False, comment='steps of the exit that are done: number, day'),
    sa.Column('finding', sa.Text(), nullable=True, comment='what the overseers found'),
    sa.Column('results', base.Document(), nullable=True, comment='measures of success as they came out'),
    sa.Column('noticed_at', sa.BigInteger(), nullable=True, comment='when the public notice began (microseconds UTC)'),
    sa.Column('left_at', sa.BigInteger(), nullable=True, comment='when the exit began (microseconds UTC)'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('comparison between 10 and 90', name=op.f('ck_pilots_comparison')),
    sa.CheckConstraint('people <= most_people and total <= most_total', name=op.f('ck_pilots_within')),
    sa.ForeignKeyConstraint(['applicant'], ['parties.id'], name=op.f('fk_pilots_applicant'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['partner'], ['parties.id'], name=op.f('fk_pilots_partner'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pilots')),
    sa.UniqueConstraint('number', name=op.f('uq_pilots_number')),
    comment='tests in the sandbox: limits are held by the database too'
    )
    op.create_index(op.f('ix_pilots_applicant'), 'pilots', ['applicant'], unique=False)
    op.create_index('ix_pilots_deadline', 'pilots', ['state', 'deadline_at'], unique=False)


def _complaints() -> None:
    op.create_table('complaints',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='K-2026-00001 …'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (complaint.csv)'),
    sa.Column('saying', sa.Text(), nullable=False, comment='complaint, or comment on an application'),
    sa.Column('pilot', sa.String(length=36), nullable=True, comment='the test it is about'),
    sa.Column('against', sa.String(length=36), nullable=False, comment='whom it is against'),
    sa.Column('by_party', sa.String(length=36), nullable=True, comment='the party that complains, where it is one'),
    sa.Column('by_user', sa.String(length=36), nullable=False, comment='who lodged it'),
    sa.Column('account', sa.Text(), nullable=True, comment='who takes part and complains through the applicant or an overseer'),
    sa.Column('place', sa.Text(), nullable=True, comment='GB/T 2260 code of whom it is against'),
    sa.Column('words', sa.Text(), nullable=False, comment='what is complained of'),
    sa.Column('asked', sa.BigInteger(), nullable=True, comment='redress asked (fen)'),
    sa.Column('answer', sa.Text(), nullable=True, comment='the answer'),
    sa.Column('redress', sa.BigInteger(), nullable=True, comment='redress owed (fen)'),
    sa.Column('finding', sa.Text(), nullable=True, comment='what the overseer decided'),
    sa.Column('payment', sa.Text(), nullable=True, comment='the payment that made it good, where it left over a bank'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint("saying in ('complaint', 'comment')", name=op.f('ck_complaints_saying')),
    sa.ForeignKeyConstraint(['against'], ['parties.id'], name=op.f('fk_complaints_against'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['by_party'], ['parties.id'], name=op.f('fk_complaints_by_party'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['by_user'], ['users.id'], name=op.f('fk_complaints_by_user'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['pilot'], ['pilots.id'], name=op.f('fk_complaints_pilot'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_complaints')),
    sa.UniqueConstraint('number', name=op.f('uq_complaints_number')),
    sa.UniqueConstraint('payment', name=op.f('uq_complaints_payment')),
    comment='complaints with clocks and redress; comments on applications'
    )
    op.create_index(op.f('ix_complaints_against'), 'complaints', ['against'], unique=False)
    op.create_index(op.f('ix_complaints_by_party'), 'complaints', ['by_party'], unique=False)
    op.create_index('ix_complaints_deadline', 'complaints', ['state', 'deadline_at'], unique=False)
    op.create_index(op.f('ix_complaints_pilot'), 'complaints', ['pilot'], unique=False)


def _pilot_accounts() -> None:
    op.create_table('pilot_accounts',
    sa.Column('pilot', sa.String(length=36), nullable=False, comment='the test'),
    sa.Column('account', sa.Text(), nullable=False, comment="a party's id, or a pseudonym the applicant keeps"),
    sa.Column('party', sa.String(length=36), nullable=True, comment='the party, where it is one'),
    sa.Column('part', sa.Text(), nullable=False, comment='test or comparison, drawn from the event of enrolment'),
    sa.Column('used', sa.BigInteger(), server_default='0', nullable=False, comment='money used (fen)'),
    sa.Column('event', sa.Text(), nullable=False, comment='the enrolment'),
    sa.Column('left_at', sa.BigInteger(), nullable=True, comment='when it left (microseconds UTC)'),
    sa.CheckConstraint("part in ('test', 'comparison')", name=op.f('ck_pilot_accounts_part')),
    sa.ForeignKeyConstraint(['party'], ['parties.id'], name=op.f('fk_pilot_accounts_party'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['pilot'], ['pilots.id'], name=op.f('fk_pilot_accounts_pilot'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('pilot', 'account', name=op.f('pk_pilot_accounts')),
    comment='who takes part: no names'
    )
    op.create_index(op.f('ix_pilot_accounts_party'), 'pilot_accounts', ['party'], unique=False)


def _pilot_observations() -> None:
    op.create_table('pilot_observations',
    sa.Column('pilot', sa.String(length=36), nullable=False, comment='the test'),
    sa.Column('account', sa.Text(), nullable=False, comment='who was observed'),
    sa.Column('measure', sa.BigInteger(), autoincrement=False, nullable=False, comment='number of the measure'),
    sa.Column('value', sa.BigInteger(), nullable=False, comment='what was observed: 1 or 0 of a share, a whole number of a mean'),
    sa.Column('event', sa.Text(), nullable=False, comment='the event that told it'),
    sa.ForeignKeyConstraint(['pilot'], ['pilots.id'], name=op.f('fk_pilot_observations_pilot'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('pilot', 'account', 'measure', name=op.f('pk_pilot_observations')),
    comment='one observation an account and measure, never changed',
    )

