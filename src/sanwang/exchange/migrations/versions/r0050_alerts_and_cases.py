"""alerts and cases."""

import sqlalchemy as sa
from alembic import op

from sanwang.exchange.tables import base
from sanwang.exchange.tables.triggers import protect

revision = "0050"
down_revision = '0042'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """alerts and cases."""
    _rule_texts()
    _snoozes()
    _cases()
    _watch_alerts()
    _labels()
    protect(op.get_bind(), 'rule_texts', ())
    protect(op.get_bind(), 'watch_alerts', ('case',))
    protect(op.get_bind(), 'labels', ())
    op.execute("insert into cursors (reader, link, at) values ('rules', 0, 0)")  # the reader's place: from the beginning


def _rule_texts() -> None:
    op.create_table('rule_texts',
    sa.Column('digest', sa.String(length=64), nullable=False, comment='SHA-256 of the rule'),
    sa.Column('rule', base.Document(), nullable=False, comment='the whole rule as it ran'),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_rule_texts')),
    comment='append-only: the texts of rules that gave an alert, shipped ones too',
    )


def _snoozes() -> None:
    op.create_table('snoozes',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (snooze.csv)'),
    sa.Column('code', sa.Text(), nullable=False, comment="the rule's code"),
    sa.Column('subject_kind', sa.Text(), nullable=False, comment='what it is about: party, deal, voucher …'),
    sa.Column('subject', sa.Text(), nullable=False, comment='its id'),
    sa.Column('until_on', sa.String(length=10), nullable=False, comment='the last day on which alerts open no case (ISO date)'),
    sa.Column('words', sa.Text(), nullable=False, comment='why'),
    sa.Column('set_by', sa.String(length=36), nullable=False, comment='who set it'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock ends it (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.ForeignKeyConstraint(['set_by'], ['users.id'], name=op.f('fk_snoozes_set_by'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_snoozes')),
    comment='for some time alerts of a rule about a subject are kept and open no case'
    )
    op.create_index('ix_snoozes_one', 'snoozes', ['code', 'subject_kind', 'subject'], unique=True, sqlite_where=sa.text("state = 'in_force'"), postgresql_where=sa.text("state = 'in_force'"))


def _cases() -> None:
    op.create_table('cases',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='W-2026-00001 …'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (case.csv)'),
    sa.Column('code', sa.Text(), nullable=False, comment="the rule's code"),
    sa.Column('edition', sa.BigInteger(), nullable=False, comment="the rule's edition; 0 for a shipped one"),
    sa.Column('severity', sa.Text(), nullable=False, comment='high, medium or low'),
    sa.Column('subject_kind', sa.Text(), nullable=False, comment='what it is about: party, deal, voucher …'),
    sa.Column('subject', sa.Text(), nullable=False, comment='its id'),
    sa.Column('parties', base.Document(), nullable=False, comment='parties whom the alert names'),
    sa.Column('places', base.Document(), nullable=False, comment='GB/T 2260 codes of these parties: whose analysts see it'),
    sa.Column('alert', sa.Text(), nullable=False, comment='the alert that opened it; its values do not change'),
    sa.Column('link', sa.BigInteger(), nullable=False, comment='place in the chain of the event that the alert is about'),
    sa.Column('opened_at', sa.BigInteger(), nullable=False, comment='when it was opened (microseconds UTC)'),
    sa.Column('handler', sa.String(length=36), nullable=True, comment='the analyst who works on it'),
    sa.Column('asked_party', sa.String(length=36), nullable=True, comment='the party that was asked'),
    sa.Column('question', sa.Text(), nullable=True, comment='what it was asked'),
    sa.Column('asked_at', sa.BigInteger(), nullable=True, comment='when (microseconds UTC)'),
    sa.Column('answer', sa.Text(), nullable=True, comment='what it answered'),
    sa.Column('document', sa.String(length=36), nullable=True, comment='the file it answered with'),
    sa.Column('answered_at', sa.BigInteger(), nullable=True, comment='when it answered; empty where it was silent (microseconds UTC)'),
    sa.Column('finding', sa.Text(), nullable=True, comment='false: a false alarm; true: something is wrong'),
    sa.Column('found_by', sa.String(length=36), nullable=True, comment='who found it'),
    sa.Column('found_words', sa.Text(), nullable=True, comment='why'),
    sa.Column('case_measure', sa.Text(), nullable=True, comment='what was done: notice, correct, report or suspend'),
    sa.Column('article', sa.Text(), nullable=True, comment='on which article'),
    sa.Column('measure_words', sa.Text(), nullable=True, comment='what the party is told'),
    sa.Column('acted_by', sa.String(length=36), nullable=True, comment='the second person'),
    sa.Column('held_party', sa.String(length=36), nullable=True, comment='the party that the measure concerns, which may appeal'),
    sa.Column('back_words', sa.Text(), nullable=True, comment='why the second person gave it back'),
    sa.Column('appeal', sa.Text(), nullable=True, comment='what the party says against it'),
    sa.Column('appealed_at', sa.BigInteger(), nullable=True, comment='when (microseconds UTC)'),
    sa.Column('appeal_words', sa.Text(), nullable=True, comment='the answer to the appeal'),
    sa.Column('appeal_by', sa.String(length=36), nullable=True, comment='who decided it'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='when the clock acts (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint("finding in ('true', 'false')", name=op.f('ck_cases_finding')),
    sa.CheckConstraint("severity in ('high', 'medium', 'low')", name=op.f('ck_cases_severity')),
    sa.CheckConstraint('acted_by is null or acted_by <> found_by', name=op.f('ck_cases_two_persons')),
    sa.CheckConstraint('appeal_by is null or (appeal_by <> found_by and appeal_by <> acted_by)', name=op.f('ck_cases_third_person')),
    sa.ForeignKeyConstraint(['acted_by'], ['users.id'], name=op.f('fk_cases_acted_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['appeal_by'], ['users.id'], name=op.f('fk_cases_appeal_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['asked_party'], ['parties.id'], name=op.f('fk_cases_asked_party'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['document'], ['documents.id'], name=op.f('fk_cases_document'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['found_by'], ['users.id'], name=op.f('fk_cases_found_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['handler'], ['users.id'], name=op.f('fk_cases_handler'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['held_party'], ['parties.id'], name=op.f('fk_cases_held_party'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cases')),
    sa.UniqueConstraint('number', name=op.f('uq_cases_number')),
    comment='what analysts look into because a rule gave an alert'
    )
    op.create_index('ix_cases_asked', 'cases', ['asked_party', 'state'], unique=False)
    op.create_index('ix_cases_deadline', 'cases', ['state', 'deadline_at'], unique=False)
    op.create_index('ix_cases_held', 'cases', ['held_party', 'state'], unique=False)
    op.create_index('ix_cases_one', 'cases', ['code', 'subject_kind', 'subject'], unique=True, sqlite_where=sa.text("state not in ('cleared', 'closed', 'overturned')"), postgresql_where=sa.text("state not in ('cleared', 'closed', 'overturned')"))


def _watch_alerts() -> None:
    op.create_table('watch_alerts',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('code', sa.Text(), nullable=False, comment="the rule's code"),
    sa.Column('edition', sa.BigInteger(), nullable=False, comment="the rule's edition; 0 for a shipped one"),
    sa.Column('rule_digest', sa.String(length=64), nullable=False, comment='SHA-256 of the rule as it ran'),
    sa.Column('mode', sa.Text(), nullable=False, comment='live, or shadow: kept and nobody is asked'),
    sa.Column('severity', sa.Text(), nullable=False, comment='high, medium or low'),
    sa.Column('link', sa.BigInteger(), nullable=False, comment='place in the chain where the rule could first speak'),
    sa.Column('event', sa.Text(), nullable=False, comment='the event it is about'),
    sa.Column('known_at', sa.BigInteger(), nullable=False, comment='when that was known (microseconds UTC)'),
    sa.Column('stored_at', sa.BigInteger(), nullable=False, comment='when the alert was stored (microseconds UTC)'),
    sa.Column('subject_kind', sa.Text(), nullable=False, comment='what it is about: party, deal, voucher …'),
    sa.Column('subject', sa.Text(), nullable=False, comment='its id'),
    sa.Column('parties', base.Document(), nullable=False, comment='parties it names'),
    sa.Column('deal', sa.Text(), nullable=True, comment='the deal, where it is about one'),
    sa.Column('about', sa.Text(), nullable=False, comment='the subject of the fact'),
    sa.Column('values', base.Document(), nullable=False, comment='what the rule read, by name; money in fen'),
    sa.Column('behind', base.Document(), nullable=False, comment='events behind each value, the newest ones'),
    sa.Column('zh', base.Document(), nullable=False, comment='why, article, what would have cleared it, what an answer costs: in Chinese'),
    sa.Column('en', base.Document(), nullable=False, comment='the same in English'),
    sa.Column('snooze', sa.String(length=36), nullable=True, comment='the snooze because of which it opened no case'),
    sa.Column('case', sa.String(length=36), nullable=True, comment='the case it opened or belongs to'),
    sa.CheckConstraint("mode in ('live', 'shadow')", name=op.f('ck_watch_alerts_mode')),
    sa.CheckConstraint("severity in ('high', 'medium', 'low')", name=op.f('ck_watch_alerts_severity')),
    sa.ForeignKeyConstraint(['case'], ['cases.id'], name=op.f('fk_watch_alerts_case'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['rule_digest'], ['rule_texts.digest'], name=op.f('fk_watch_alerts_rule_digest'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['snooze'], ['snoozes.id'], name=op.f('fk_watch_alerts_snooze'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watch_alerts')),
    sa.UniqueConstraint('code', 'edition', 'link', 'event', name=op.f('uq_watch_alerts_code_edition_link_event')),
    comment='append-only: what rules said of sealed events; anyone with the events computes the same',
    )
    op.create_index(op.f('ix_watch_alerts_case'), 'watch_alerts', ['case'], unique=False)
    op.create_index('ix_watch_alerts_subject', 'watch_alerts', ['subject_kind', 'subject'], unique=False)


def _labels() -> None:
    op.create_table('labels',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('alert', sa.String(length=36), nullable=False, comment='which alert'),
    sa.Column('case', sa.String(length=36), nullable=True, comment='as the finding of a case; empty where a shadow alert was judged'),
    sa.Column('code', sa.Text(), nullable=False, comment="the rule's code"),
    sa.Column('edition', sa.BigInteger(), nullable=False, comment="the rule's edition"),
    sa.Column('verdict', sa.Text(), nullable=False, comment='true: it was right to ask; false: a false alarm'),
    sa.Column('words', sa.Text(), nullable=False, comment='why'),
    sa.Column('by', sa.String(length=36), nullable=False, comment='who said so'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='when (microseconds UTC)'),
    sa.CheckConstraint("verdict in ('true', 'false')", name=op.f('ck_labels_verdict')),
    sa.ForeignKeyConstraint(['alert'], ['watch_alerts.id'], name=op.f('fk_labels_alert'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['by'], ['users.id'], name=op.f('fk_labels_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['case'], ['cases.id'], name=op.f('fk_labels_case'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_labels')),
    comment='append-only: what people found; the newest of an alert holds',
    )
    op.create_index(op.f('ix_labels_alert'), 'labels', ['alert'], unique=False)
    op.create_index(op.f('ix_labels_case'), 'labels', ['case'], unique=False)
    op.create_index('ix_labels_code', 'labels', ['code', 'edition'], unique=False)

