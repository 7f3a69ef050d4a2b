"""Market and deals."""

import sqlalchemy as sa
from alembic import op

from sanwang.exchange.tables import base
from sanwang.exchange.tables.searching import make_index
from sanwang.exchange.tables.triggers import protect

revision = "0002"
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Market and deals."""
    _counters()
    _searches()
    _listings()
    _listing_reviews()
    _listing_versions()
    _listing_words()
    _ndas()
    _suggestions()
    _deals()
    _reveals()
    _contracts()
    _documents()
    _milestones()
    _offers()
    _outcomes()
    _region_rows()
    _registrations()
    _shares()
    _trials()
    _disputes()
    _evidence()
    _readings()
    _share_lines()
    make_index(op.get_bind())
    protect(op.get_bind(), 'listing_reviews', ())
    protect(op.get_bind(), 'listing_versions', ())
    protect(op.get_bind(), 'reveals', ())
    protect(op.get_bind(), 'documents', ())
    protect(op.get_bind(), 'outcomes', ())
    protect(op.get_bind(), 'region_rows', ())
    protect(op.get_bind(), 'readings', ())


def _counters() -> None:
    op.create_table('counters',
    sa.Column('name', sa.String(length=40), nullable=False, comment='what is counted'),
    sa.Column('value', sa.BigInteger(), nullable=False, comment='last number given'),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_counters')),
    comment='running numbers of deals and the like'
    )


def _searches() -> None:
    op.create_table('searches',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('user', sa.String(length=36), nullable=False, comment='whose'),
    sa.Column('name', sa.Text(), nullable=False, comment='what the person calls it'),
    sa.Column('query', base.Document(), nullable=False, comment='words, kind, place, industry'),
    sa.Column('cadence', sa.Text(), nullable=False, comment='at_once, daily or weekly'),
    sa.Column('most', sa.BigInteger(), server_default='10', nullable=False, comment='hits told one by one in a digest'),
    sa.Column('follows', sa.BigInteger(), server_default='0', nullable=False, comment='events seen up to this link'),
    sa.Column('due_at', sa.BigInteger(), nullable=False, comment='next digest not before (microseconds UTC)'),
    sa.Column('paused_at', sa.BigInteger(), nullable=True, comment='switched off since (microseconds UTC)'),
    sa.CheckConstraint("cadence in ('at_once', 'daily', 'weekly')", name=op.f('ck_searches_cadence')),
    sa.ForeignKeyConstraint(['user'], ['users.id'], name=op.f('fk_searches_user'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_searches')),
    comment='saved searches'
    )
    op.create_index('ix_searches_due', 'searches', ['cadence', 'due_at'], unique=False)


def _listings() -> None:
    op.create_table('listings',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('kind', sa.Text(), nullable=False, comment='kind of row: needs, achievements, bases …'),
    sa.Column('row', sa.Text(), nullable=False, comment="the row's id in the Region"),
    sa.Column('party', sa.String(length=36), nullable=False, comment='whose it is'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (listing.csv)'),
    sa.Column('tier', sa.Text(), nullable=False, comment='public, members or nda: the lowest tier of its text'),
    sa.Column('marks', base.Document(), nullable=True, comment='fields the owner raised to a higher tier: field to tier'),
    sa.Column('published', sa.BigInteger(), nullable=True, comment='version shown'),
    sa.Column('pending', sa.BigInteger(), nullable=True, comment='version under review'),
    sa.Column('title', sa.Text(), nullable=False, comment="the shown version's title; of the first version before that"),
    sa.Column('teaser', sa.Text(), nullable=True, comment='one sentence for everybody'),
    sa.Column('place', sa.Text(), nullable=True, comment='GB/T 2260 code'),
    sa.Column('industries', base.Document(), nullable=True, comment='GB/T 4754 codes'),
    sa.Column('submitted_at', sa.BigInteger(), nullable=True, comment='given to review (microseconds UTC)'),
    sa.Column('first_by', sa.String(length=36), nullable=True, comment='first reviewer'),
    sa.Column('second_by', sa.String(length=36), nullable=True, comment='second reviewer'),
    sa.Column('published_at', sa.BigInteger(), nullable=True, comment='shown since (microseconds UTC)'),
    sa.Column('expires_at', sa.BigInteger(), nullable=True, comment='hidden after (microseconds UTC)'),
    sa.Column('renewals', sa.BigInteger(), server_default='0', nullable=False, comment='how often renewed'),
    sa.Column('suspended_by', sa.String(length=36), nullable=True, comment='operator who suspended it'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='something happens by itself (microseconds UTC)'),
    sa.Column('used', sa.BigInteger(), server_default='0', nullable=False, comment='licences taken, or 1 for a need that is met'),
    sa.Column('duplicates', base.Document(), nullable=True, comment='answers to likely duplicates: listing to words'),
    sa.Column('source', sa.Text(), nullable=True, comment='where it was taken from'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint("tier in ('public', 'members', 'nda')", name=op.f('ck_listings_tier')),
    sa.CheckConstraint('second_by is null or second_by <> first_by', name=op.f('ck_listings_two_reviewers')),
    sa.ForeignKeyConstraint(['first_by'], ['users.id'], name=op.f('fk_listings_first_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['party'], ['parties.id'], name=op.f('fk_listings_party'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['second_by'], ['users.id'], name=op.f('fk_listings_second_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['suspended_by'], ['users.id'], name=op.f('fk_listings_suspended_by'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listings')),
    sa.UniqueConstraint('kind', 'row', name=op.f('uq_listings_kind_row')),
    comment='what a party offers or wants'
    )
    op.create_index('ix_listings_deadline', 'listings', ['state', 'deadline_at'], unique=False)
    op.create_index('ix_listings_expires_at', 'listings', ['expires_at'], unique=False)
    op.create_index('ix_listings_newest', 'listings', ['published_at', 'id'], unique=False)
    op.create_index('ix_listings_party', 'listings', ['party', 'state'], unique=False)
    op.create_index('ix_listings_shown', 'listings', ['state', 'kind', 'published_at', 'id'], unique=False)


def _listing_reviews() -> None:
    op.create_table('listing_reviews',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('listing', sa.String(length=36), nullable=False, comment='of what'),
    sa.Column('no', sa.BigInteger(), nullable=False, comment='version judged'),
    sa.Column('by', sa.String(length=36), nullable=False, comment='who'),
    sa.Column('verdict', sa.Text(), nullable=False, comment='the transition'),
    sa.Column('code', sa.Text(), nullable=True, comment='reason from the list'),
    sa.Column('words', sa.Text(), nullable=True, comment='reason in words, for the owner'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='when (microseconds UTC)'),
    sa.ForeignKeyConstraint(['by'], ['users.id'], name=op.f('fk_listing_reviews_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['listing'], ['listings.id'], name=op.f('fk_listing_reviews_listing'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listing_reviews')),
    comment='what reviewers said; feedback to the owner',
    )
    op.create_index(op.f('ix_listing_reviews_listing'), 'listing_reviews', ['listing'], unique=False)


def _listing_versions() -> None:
    op.create_table('listing_versions',
    sa.Column('listing', sa.String(length=36), nullable=False, comment='of what'),
    sa.Column('no', sa.BigInteger(), autoincrement=False, nullable=False, comment='1, 2 …'),
    sa.Column('data', base.Document(), nullable=False, comment='the row, fields of its kind'),
    sa.Column('digest', sa.Text(), nullable=False, comment='SHA-256 of the data'),
    sa.Column('tier', sa.Text(), nullable=False, comment='tier asked for with this version'),
    sa.Column('marks', base.Document(), nullable=True, comment='fields raised with this version'),
    sa.Column('author', sa.String(length=36), nullable=False, comment='who wrote it'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='when (microseconds UTC)'),
    sa.Column('origin', base.Document(), nullable=True, comment='file, sheet and row it was read from'),
    sa.ForeignKeyConstraint(['author'], ['users.id'], name=op.f('fk_listing_versions_author'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['listing'], ['listings.id'], name=op.f('fk_listing_versions_listing'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('listing', 'no', name=op.f('pk_listing_versions')),
    comment='every version of a listing, never changed',
    )


def _listing_words() -> None:
    op.create_table('listing_words',
    sa.Column('no', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False, comment='number by which the search index knows the row'),
    sa.Column('listing', sa.String(length=36), nullable=False, comment='of what'),
    sa.Column('tier', sa.String(length=10), nullable=False, comment='who may find it by these words'),
    sa.Column('words', sa.Text(), nullable=False, comment='tokens of the fields of that tier, parted by spaces'),
    sa.ForeignKeyConstraint(['listing'], ['listings.id'], name=op.f('fk_listing_words_listing'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('no', name=op.f('pk_listing_words')),
    sa.UniqueConstraint('listing', 'tier', name=op.f('uq_listing_words_listing_tier')),
    comment='search words, a row a tier, so that a search can only hit what the searcher may read'
    )


def _ndas() -> None:
    op.create_table('ndas',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (nda.csv)'),
    sa.Column('discloser', sa.String(length=36), nullable=False, comment='who tells'),
    sa.Column('recipient', sa.String(length=36), nullable=False, comment='who is told'),
    sa.Column('listing', sa.String(length=36), nullable=False, comment='about what'),
    sa.Column('purpose', sa.Text(), nullable=False, comment='why the recipient asks'),
    sa.Column('template', sa.Text(), nullable=True, comment='version of the text'),
    sa.Column('text_digest', sa.Text(), nullable=True, comment='SHA-256 of the text agreed'),
    sa.Column('readers', base.Document(), nullable=True, comment='users of the recipient who may read'),
    sa.Column('until_on', sa.String(length=10), nullable=True, comment='confidential reading ends (ISO date)'),
    sa.Column('recipient_user', sa.String(length=36), nullable=True, comment='who signed for the recipient'),
    sa.Column('discloser_user', sa.String(length=36), nullable=True, comment='who signed for the discloser'),
    sa.Column('signed_at', sa.BigInteger(), nullable=True, comment='in force since (microseconds UTC)'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='something happens by itself (microseconds UTC)'),
    sa.Column('why', sa.Text(), nullable=True, comment='reason of a refusal or an end'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('discloser <> recipient', name=op.f('ck_ndas_two_parties')),
    sa.ForeignKeyConstraint(['discloser'], ['parties.id'], name=op.f('fk_ndas_discloser'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['discloser_user'], ['users.id'], name=op.f('fk_ndas_discloser_user'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['listing'], ['listings.id'], name=op.f('fk_ndas_listing'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['recipient'], ['parties.id'], name=op.f('fk_ndas_recipient'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['recipient_user'], ['users.id'], name=op.f('fk_ndas_recipient_user'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ndas')),
    comment='non-disclosure agreements about one listing'
    )
    op.create_index('ix_ndas_deadline', 'ndas', ['state', 'deadline_at'], unique=False)
    op.create_index('ix_ndas_listing', 'ndas', ['listing', 'state'], unique=False)
    op.create_index('ix_ndas_recipient', 'ndas', ['recipient', 'state'], unique=False)


def _suggestions() -> None:
    op.create_table('suggestions',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('origin', sa.Text(), nullable=False, comment='match, plan or person'),
    sa.Column('region_digest', sa.Text(), nullable=False, comment='SHA-256 of the snapshot it was computed from'),
    sa.Column('need', sa.String(length=36), nullable=False, comment='whose need'),
    sa.Column('result', sa.String(length=36), nullable=False, comment='which result'),
    sa.Column('score', sa.Double(), nullable=True, comment='order only, unless there is a probability'),
    sa.Column('probability', sa.Double(), nullable=True, comment='calibrated chance; empty where it is not calibrated'),
    sa.Column('reasons', base.Document(), nullable=True, comment='what agreed, conflicted, is missing'),
    sa.Column('route', base.Document(), nullable=True, comment="stations of a plan's route"),
    sa.Column('need_version', sa.BigInteger(), nullable=False, comment='version compared'),
    sa.Column('result_version', sa.BigInteger(), nullable=False, comment='version compared'),
    sa.Column('state', sa.Text(), server_default='draft', nullable=False, comment='draft, introduced, dismissed or stale'),
    sa.Column('why', sa.Text(), nullable=True, comment='code of a dismissal'),
    sa.Column('words', sa.Text(), nullable=True, comment='reason in words'),
    sa.Column('decided_by', sa.String(length=36), nullable=True, comment='who'),
    sa.Column('decided_at', sa.BigInteger(), nullable=True, comment='when (microseconds UTC)'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='made when (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint("origin in ('match', 'plan', 'person')", name=op.f('ck_suggestions_origin')),
    sa.CheckConstraint("state in ('draft', 'introduced', 'dismissed', 'stale')", name=op.f('ck_suggestions_state')),
    sa.ForeignKeyConstraint(['decided_by'], ['users.id'], name=op.f('fk_suggestions_decided_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['need'], ['listings.id'], name=op.f('fk_suggestions_need'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['result'], ['listings.id'], name=op.f('fk_suggestions_result'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suggestions')),
    sa.UniqueConstraint('need', 'result', 'region_digest', name=op.f('uq_suggestions_need_result_region_digest')),
    comment='drafts made by match and plan; only a person turns one into an inquiry'
    )
    op.create_index('ix_suggestions_need', 'suggestions', ['need', 'state'], unique=False)


def _deals() -> None:
    op.create_table('deals',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('number', sa.Text(), nullable=False, comment='SW-2026-0001 …'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (deal.csv)'),
    sa.Column('need', sa.String(length=36), nullable=True, comment='which need'),
    sa.Column('result', sa.String(length=36), nullable=True, comment='which result'),
    sa.Column('buyer', sa.String(length=36), nullable=False, comment='who takes the technology'),
    sa.Column('seller', sa.String(length=36), nullable=False, comment='who gives it'),
    sa.Column('broker', sa.String(length=36), nullable=True, comment='who introduced them'),
    sa.Column('opened_by', sa.String(length=36), nullable=False, comment='the side that asked first'),
    sa.Column('suggestion', sa.String(length=36), nullable=True, comment='the draft it came from'),
    sa.Column('type', sa.Text(), nullable=True, comment='development, transfer, licence, consulting or service'),
    sa.Column('mode', sa.Text(), server_default='standard', nullable=False, comment='standard or use_first'),
    sa.Column('currency', sa.Text(), server_default='CNY', nullable=False, comment='ISO 4217'),
    sa.Column('price', sa.BigInteger(), nullable=True, comment='agreed price (fen)'),
    sa.Column('origin', sa.Text(), nullable=True, comment="seller's place"),
    sa.Column('destination', sa.Text(), nullable=True, comment="buyer's place"),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='something happens by itself (microseconds UTC)'),
    sa.Column('opened_at', sa.BigInteger(), nullable=False, comment='since (microseconds UTC)'),
    sa.Column('closed_at', sa.BigInteger(), nullable=True, comment='until (microseconds UTC)'),
    sa.Column('why', sa.Text(), nullable=True, comment='code of how it ended'),
    sa.Column('words', sa.Text(), nullable=True, comment='reason in words, for the other side'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint("mode in ('standard', 'use_first')", name=op.f('ck_deals_mode')),
    sa.CheckConstraint("type in ('development', 'transfer', 'licence', 'consulting', 'service')", name=op.f('ck_deals_type')),
    sa.CheckConstraint('buyer <> seller', name=op.f('ck_deals_two_parties')),
    sa.CheckConstraint('need is not null or result is not null', name=op.f('ck_deals_about_something')),
    sa.ForeignKeyConstraint(['broker'], ['parties.id'], name=op.f('fk_deals_broker'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['buyer'], ['parties.id'], name=op.f('fk_deals_buyer'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['need'], ['listings.id'], name=op.f('fk_deals_need'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['opened_by'], ['parties.id'], name=op.f('fk_deals_opened_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['result'], ['listings.id'], name=op.f('fk_deals_result'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['seller'], ['parties.id'], name=op.f('fk_deals_seller'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['suggestion'], ['suggestions.id'], name=op.f('fk_deals_suggestion'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deals')),
    sa.UniqueConstraint('number', name=op.f('uq_deals_number')),
    comment='one dealing between two parties'
    )
    op.create_index('ix_deals_buyer', 'deals', ['buyer', 'state'], unique=False)
    op.create_index('ix_deals_deadline', 'deals', ['state', 'deadline_at'], unique=False)
    op.create_index('ix_deals_need', 'deals', ['need'], unique=False)
    op.create_index('ix_deals_result', 'deals', ['result'], unique=False)
    op.create_index('ix_deals_seller', 'deals', ['seller', 'state'], unique=False)


def _reveals() -> None:
    op.create_table('reveals',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('nda', sa.String(length=36), nullable=False, comment='under which'),
    sa.Column('listing', sa.String(length=36), nullable=False, comment='of what'),
    sa.Column('version_no', sa.BigInteger(), nullable=False, comment='which version'),
    sa.Column('user', sa.String(length=36), nullable=False, comment='who read'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='when (microseconds UTC)'),
    sa.Column('what', base.Document(), nullable=False, comment='names of the fields'),
    sa.ForeignKeyConstraint(['listing'], ['listings.id'], name=op.f('fk_reveals_listing'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['nda'], ['ndas.id'], name=op.f('fk_reveals_nda'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['user'], ['users.id'], name=op.f('fk_reveals_user'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reveals')),
    comment='who read which words under which agreement',
    )
    op.create_index(op.f('ix_reveals_nda'), 'reveals', ['nda'], unique=False)


def _contracts() -> None:
    op.create_table('contracts',
    sa.Column('deal', sa.String(length=36), nullable=False, comment='of which deal'),
    sa.Column('title', sa.Text(), nullable=False, comment='name of the project'),
    sa.Column('type', sa.Text(), nullable=False, comment='one of the five'),
    sa.Column('signed_on', sa.String(length=10), nullable=True, comment='last signature (ISO date)'),
    sa.Column('from_on', sa.String(length=10), nullable=False, comment='term begins (ISO date)'),
    sa.Column('until_on', sa.String(length=10), nullable=False, comment='term ends (ISO date)'),
    sa.Column('total', sa.BigInteger(), nullable=False, comment='contract sum (fen)'),
    sa.Column('technology', sa.BigInteger(), nullable=False, comment='part of it that is technology (技术交易额) (fen)'),
    sa.Column('royalty', base.Document(), nullable=True, comment='rate, base, floor, cap; empty: none'),
    sa.Column('ip', sa.Text(), nullable=True, comment='who owns results and improvements'),
    sa.Column('clauses', base.Document(), nullable=True, comment='secrecy, acceptance, tacit acceptance, arbiter, refund …'),
    sa.Column('text_digest', sa.Text(), nullable=False, comment='SHA-256 of the text both sides sign'),
    sa.Column('buyer_signed', sa.String(length=36), nullable=True, comment='who signed for the buyer'),
    sa.Column('seller_signed', sa.String(length=36), nullable=True, comment='who signed for the seller'),
    sa.Column('rules', base.Document(), nullable=True, comment='rules in force on the day of signing, with their sources'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint("type in ('development', 'transfer', 'licence', 'consulting', 'service')", name=op.f('ck_contracts_type')),
    sa.CheckConstraint('from_on <= until_on', name=op.f('ck_contracts_term')),
    sa.CheckConstraint('technology <= total', name=op.f('ck_contracts_technology')),
    sa.CheckConstraint('technology >= 0 and total >= 0', name=op.f('ck_contracts_not_negative')),
    sa.ForeignKeyConstraint(['buyer_signed'], ['users.id'], name=op.f('fk_contracts_buyer_signed'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['deal'], ['deals.id'], name=op.f('fk_contracts_deal'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['seller_signed'], ['users.id'], name=op.f('fk_contracts_seller_signed'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('deal', name=op.f('pk_contracts')),
    comment='what was agreed; frozen when signed'
    )


def _documents() -> None:
    op.create_table('documents',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('party', sa.String(length=36), nullable=False, comment='whose'),
    sa.Column('deal', sa.String(length=36), nullable=True, comment='in which deal it may be read'),
    sa.Column('name', sa.Text(), nullable=False, comment='file name'),
    sa.Column('media', sa.Text(), nullable=False, comment='media type'),
    sa.Column('bytes', sa.BigInteger(), nullable=False, comment='size'),
    sa.Column('sha256', sa.Text(), nullable=False, comment='of the content'),
    sa.Column('by', sa.String(length=36), nullable=False, comment='who brought it'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='when (microseconds UTC)'),
    sa.ForeignKeyConstraint(['by'], ['users.id'], name=op.f('fk_documents_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['deal'], ['deals.id'], name=op.f('fk_documents_deal'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['party'], ['parties.id'], name=op.f('fk_documents_party'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_documents')),
    sa.UniqueConstraint('party', 'sha256', name=op.f('uq_documents_party_sha256')),
    comment='files known by their digest',
    )


def _milestones() -> None:
    op.create_table('milestones',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('deal', sa.String(length=36), nullable=False, comment='of which deal'),
    sa.Column('no', sa.BigInteger(), nullable=False, comment='1, 2 …'),
    sa.Column('title', sa.Text(), nullable=False, comment='what is delivered'),
    sa.Column('amount', sa.BigInteger(), nullable=False, comment='paid for it, with what is retained (fen)'),
    sa.Column('retained', sa.BigInteger(), server_default='0', nullable=False, comment='part kept back until the retention ends (fen)'),
    sa.Column('retention_days', sa.BigInteger(), server_default='0', nullable=False, comment='how long it is kept back'),
    sa.Column('due_on', sa.String(length=10), nullable=False, comment='delivered until (ISO date)'),
    sa.Column('acceptance', base.Document(), nullable=False, comment='numbered points of what counts as delivered'),
    sa.Column('wanted', base.Document(), nullable=False, comment='kinds of evidence asked for'),
    sa.Column('review_days', sa.BigInteger(), server_default='15', nullable=False, comment='days to judge it'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (milestone.csv)'),
    sa.Column('hold', sa.Text(), nullable=True, comment='transfer that holds amount less retained'),
    sa.Column('hold_retained', sa.Text(), nullable=True, comment='transfer that holds what is retained'),
    sa.Column('rounds', sa.BigInteger(), server_default='0', nullable=False, comment='changes asked for so far'),
    sa.Column('paid', sa.BigInteger(), server_default='0', nullable=False, comment='released to the seller so far (fen)'),
    sa.Column('refunded', sa.BigInteger(), server_default='0', nullable=False, comment='given back to the buyer (fen)'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='something happens by itself (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('amount >= 0 and retained >= 0 and retained <= amount', name=op.f('ck_milestones_amounts')),
    sa.CheckConstraint('paid >= 0 and refunded >= 0 and paid + refunded <= amount', name=op.f('ck_milestones_no_more_than_it')),
    sa.ForeignKeyConstraint(['deal'], ['deals.id'], name=op.f('fk_milestones_deal'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_milestones')),
    sa.UniqueConstraint('deal', 'no', name=op.f('uq_milestones_deal_no')),
    comment='what is delivered, judged and paid'
    )
    op.create_index('ix_milestones_deadline', 'milestones', ['state', 'deadline_at'], unique=False)


def _offers() -> None:
    op.create_table('offers',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('deal', sa.String(length=36), nullable=False, comment='in which'),
    sa.Column('no', sa.BigInteger(), nullable=False, comment='1, 2 …'),
    sa.Column('by', sa.String(length=36), nullable=False, comment='which side'),
    sa.Column('author', sa.String(length=36), nullable=False, comment='who wrote it'),
    sa.Column('terms', base.Document(), nullable=False, comment='type, mode, price, currency, licence, milestones, trial …'),
    sa.Column('digest', sa.Text(), nullable=False, comment='SHA-256 of the terms'),
    sa.Column('state', sa.Text(), nullable=False, comment='open, superseded, rejected, withdrawn, expired or accepted'),
    sa.Column('valid_until_on', sa.String(length=10), nullable=False, comment='answer until (ISO date)'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='when (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint("state in ('open', 'superseded', 'rejected', 'withdrawn', 'expired', 'accepted')", name=op.f('ck_offers_state')),
    sa.ForeignKeyConstraint(['author'], ['users.id'], name=op.f('fk_offers_author'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['by'], ['parties.id'], name=op.f('fk_offers_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['deal'], ['deals.id'], name=op.f('fk_offers_deal'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offers')),
    sa.UniqueConstraint('deal', 'no', name=op.f('uq_offers_deal_no')),
    comment='offers and counter-offers, versioned'
    )
    op.create_index('uq_offers_open', 'offers', ['deal'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))


def _outcomes() -> None:
    op.create_table('outcomes',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('need', sa.String(length=36), nullable=True, comment='which need'),
    sa.Column('result', sa.String(length=36), nullable=True, comment='which result'),
    sa.Column('deal', sa.String(length=36), nullable=True, comment='from which deal'),
    sa.Column('suggestion', sa.String(length=36), nullable=True, comment='from which draft'),
    sa.Column('stage', sa.Text(), nullable=False, comment='how far it came'),
    sa.Column('code', sa.Text(), nullable=False, comment='how it ended'),
    sa.Column('words', sa.Text(), nullable=True, comment='reason in words'),
    sa.Column('region_digest', sa.Text(), nullable=True, comment='snapshot in which it was suggested'),
    sa.Column('score', sa.Double(), nullable=True, comment='score it had then'),
    sa.Column('by', sa.String(length=36), nullable=True, comment='who said so'),
    sa.Column('event', sa.String(length=36), nullable=False, comment='the event that brought it'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='when (microseconds UTC)'),
    sa.ForeignKeyConstraint(['by'], ['users.id'], name=op.f('fk_outcomes_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['deal'], ['deals.id'], name=op.f('fk_outcomes_deal'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['event'], ['events.id'], name=op.f('fk_outcomes_event'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['need'], ['listings.id'], name=op.f('fk_outcomes_need'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['result'], ['listings.id'], name=op.f('fk_outcomes_result'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['suggestion'], ['suggestions.id'], name=op.f('fk_outcomes_suggestion'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outcomes')),
    comment='what came of a pair; probabilities are calibrated from these',
    )
    op.create_index('ix_outcomes_pair', 'outcomes', ['need', 'result'], unique=False)


def _region_rows() -> None:
    op.create_table('region_rows',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('kind', sa.Text(), nullable=False, comment='flows, ties, progress or obligations'),
    sa.Column('row', base.Document(), nullable=False, comment='the row as the Region has it'),
    sa.Column('deal', sa.String(length=36), nullable=True, comment='from which deal'),
    sa.Column('event', sa.String(length=36), nullable=False, comment='the event that brought it'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='when (microseconds UTC)'),
    sa.ForeignKeyConstraint(['deal'], ['deals.id'], name=op.f('fk_region_rows_deal'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['event'], ['events.id'], name=op.f('fk_region_rows_event'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_region_rows')),
    sa.UniqueConstraint('event', 'kind', 'row', name=op.f('uq_region_rows_event_kind_row')),
    comment='rows that deals write for the next snapshot, each with its event',
    )
    op.create_index('ix_region_rows_kind', 'region_rows', ['kind'], unique=False)


def _registrations() -> None:
    op.create_table('registrations',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('deal', sa.String(length=36), nullable=False, comment='of which deal'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (registration.csv)'),
    sa.Column('form', sa.Text(), nullable=False, comment='version of the form'),
    sa.Column('data', base.Document(), nullable=False, comment="the sheet's fields"),
    sa.Column('number', sa.Text(), nullable=True, comment='given by the registrar'),
    sa.Column('place', sa.Text(), nullable=True, comment="registrar's place, GB/T 2260"),
    sa.Column('until_on', sa.String(length=10), nullable=True, comment="the contract's term ends (ISO date)"),
    sa.Column('technology', sa.BigInteger(), nullable=True, comment='technology amount registered (fen)'),
    sa.Column('filed_at', sa.BigInteger(), nullable=True, comment='given in (microseconds UTC)'),
    sa.Column('decided_at', sa.BigInteger(), nullable=True, comment='decided (microseconds UTC)'),
    sa.Column('why', sa.Text(), nullable=True, comment='article or what lacks'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='something happens by itself (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.ForeignKeyConstraint(['deal'], ['deals.id'], name=op.f('fk_registrations_deal'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registrations')),
    sa.UniqueConstraint('deal', name=op.f('uq_registrations_deal')),
    sa.UniqueConstraint('number', name=op.f('uq_registrations_number')),
    comment='registration of the technology contract (技术合同认定登记)'
    )
    op.create_index('ix_registrations_deadline', 'registrations', ['state', 'deadline_at'], unique=False)


def _shares() -> None:
    op.create_table('shares',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('deal', sa.String(length=36), nullable=False, comment='of which deal'),
    sa.Column('institution', sa.String(length=36), nullable=False, comment='whose inventors they are'),
    sa.Column('rule', base.Document(), nullable=False, comment='the floor in force, with its source'),
    sa.Column('floor_bp', sa.BigInteger(), nullable=False, comment='least part of the net income for the inventors, in basis points'),
    sa.Column('given_bp', sa.BigInteger(), nullable=False, comment='part agreed for them, in basis points'),
    sa.Column('costs', sa.BigInteger(), server_default='0', nullable=False, comment='documented costs and taxes left to be taken off (fen)'),
    sa.Column('state', sa.Text(), server_default='active', nullable=False, comment='active or ended'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint('given_bp >= floor_bp and given_bp <= 10000', name=op.f('ck_shares_floor')),
    sa.ForeignKeyConstraint(['deal'], ['deals.id'], name=op.f('fk_shares_deal'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['institution'], ['parties.id'], name=op.f('fk_shares_institution'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shares')),
    sa.UniqueConstraint('deal', name=op.f('uq_shares_deal')),
    comment='income shares to the persons who made the technology'
    )


def _trials() -> None:
    op.create_table('trials',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('deal', sa.String(length=36), nullable=False, comment='of which deal'),
    sa.Column('state', sa.Text(), nullable=False, comment='where it stands (trial.csv)'),
    sa.Column('fee', sa.BigInteger(), nullable=False, comment='fee if it is kept (fen)'),
    sa.Column('test', sa.Text(), nullable=False, comment='what is measured, and what counts as met'),
    sa.Column('until_on', sa.String(length=10), nullable=False, comment='last day (ISO date)'),
    sa.Column('data', sa.Text(), nullable=False, comment='what data arise and whose they are'),
    sa.Column('liability', sa.Text(), nullable=False, comment='who answers for damage'),
    sa.Column('silence', sa.Text(), nullable=False, comment='what silence means: convert or return'),
    sa.Column('extensions', sa.BigInteger(), server_default='0', nullable=False, comment='how often extended'),
    sa.Column('delivered_at', sa.BigInteger(), nullable=True, comment='delivery recorded (microseconds UTC)'),
    sa.Column('why', sa.Text(), nullable=True, comment='which measure, which reading'),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True, comment='something happens by itself (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint("silence in ('convert', 'return')", name=op.f('ck_trials_silence')),
    sa.ForeignKeyConstraint(['deal'], ['deals.id'], name=op.f('fk_trials_deal'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trials')),
    sa.UniqueConstraint('deal', name=op.f('uq_trials_deal')),
    comment='use first, pay later: the terms agreed before the start, and how it ended'
    )
    op.create_index('ix_trials_deadline', 'trials', ['state', 'deadline_at'], unique=False)


def _disputes() -> None:
    op.create_table('disputes',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('deal', sa.String(length=36), nullable=False, comment='in which'),
    sa.Column('milestone', sa.String(length=36), nullable=False, comment='about which'),
    sa.Column('by', sa.String(length=36), nullable=False, comment='who claims'),
    sa.Column('claim', sa.Text(), nullable=False, comment='what is wrong'),
    sa.Column('asked', sa.BigInteger(), nullable=False, comment='what the claimant wants of it (fen)'),
    sa.Column('held', sa.BigInteger(), nullable=False, comment='what is held while it lasts (fen)'),
    sa.Column('state', sa.Text(), nullable=False, comment='open, settled, ruled or dropped'),
    sa.Column('to_seller', sa.BigInteger(), nullable=True, comment='goes to the seller (fen)'),
    sa.Column('to_buyer', sa.BigInteger(), nullable=True, comment='goes back to the buyer (fen)'),
    sa.Column('ruling', sa.Text(), nullable=True, comment='reasons'),
    sa.Column('ruled_by', sa.String(length=36), nullable=True, comment='arbiter'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='when (microseconds UTC)'),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False, comment='grows with every change of the row'),
    sa.CheckConstraint("state in ('open', 'dropped') or (to_seller >= 0 and to_buyer >= 0 and to_seller + to_buyer = held)", name=op.f('ck_disputes_split')),
    sa.CheckConstraint("state in ('open', 'settled', 'ruled', 'dropped')", name=op.f('ck_disputes_state')),
    sa.ForeignKeyConstraint(['by'], ['parties.id'], name=op.f('fk_disputes_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['deal'], ['deals.id'], name=op.f('fk_disputes_deal'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['milestone'], ['milestones.id'], name=op.f('fk_disputes_milestone'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['ruled_by'], ['users.id'], name=op.f('fk_disputes_ruled_by'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disputes')),
    comment='claims about a milestone and how they ended'
    )
    op.create_index('uq_disputes_open', 'disputes', ['deal', 'milestone'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))


def _evidence() -> None:
    op.create_table('evidence',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('deal', sa.String(length=36), nullable=False, comment='in which'),
    sa.Column('milestone', sa.String(length=36), nullable=False, comment='for which milestone'),
    sa.Column('kind', sa.Text(), nullable=False, comment='report, delivery_note, test_report, invoice, log or title_change'),
    sa.Column('document', sa.String(length=36), nullable=False, comment='the file'),
    sa.Column('issuer', sa.Text(), nullable=True, comment='who issued it'),
    sa.Column('issued_on', sa.String(length=10), nullable=True, comment='when it was issued (ISO date)'),
    sa.Column('point', sa.BigInteger(), nullable=True, comment='the acceptance point it is about'),
    sa.Column('by', sa.String(length=36), nullable=False, comment='who brought it'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='when (microseconds UTC)'),
    sa.Column('withdrawn_at', sa.BigInteger(), nullable=True, comment='taken back (microseconds UTC)'),
    sa.ForeignKeyConstraint(['by'], ['users.id'], name=op.f('fk_evidence_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['deal'], ['deals.id'], name=op.f('fk_evidence_deal'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['document'], ['documents.id'], name=op.f('fk_evidence_document'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['milestone'], ['milestones.id'], name=op.f('fk_evidence_milestone'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence')),
    comment='what shows that a milestone is reached; unchanged but for its withdrawal'
    )
    op.create_index(op.f('ix_evidence_milestone'), 'evidence', ['milestone'], unique=False)


def _readings() -> None:
    op.create_table('readings',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('trial', sa.String(length=36), nullable=False, comment='in which'),
    sa.Column('measure', sa.Text(), nullable=False, comment='what was measured'),
    sa.Column('value', sa.Text(), nullable=False, comment='reading with its unit'),
    sa.Column('met', sa.BigInteger(), nullable=False, comment='1 where the agreed test is met'),
    sa.Column('by', sa.String(length=36), nullable=False, comment='who'),
    sa.Column('at', sa.BigInteger(), nullable=False, comment='when (microseconds UTC)'),
    sa.ForeignKeyConstraint(['by'], ['users.id'], name=op.f('fk_readings_by'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['trial'], ['trials.id'], name=op.f('fk_readings_trial'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_readings')),
    comment='readings of the agreed measure during a trial',
    )
    op.create_index(op.f('ix_readings_trial'), 'readings', ['trial'], unique=False)


def _share_lines() -> None:
    op.create_table('share_lines',
    sa.Column('id', sa.String(length=36), nullable=False, comment='UUIDv7, made by us'),
    sa.Column('share', sa.String(length=36), nullable=False, comment='of which'),
    sa.Column('name', sa.Text(), nullable=False, comment='the person, as the institution names them'),
    sa.Column('bp', sa.BigInteger(), nullable=False, comment="part of the inventors' part, in basis points; all lines make 10000"),
    sa.CheckConstraint('bp > 0 and bp <= 10000', name=op.f('ck_share_lines_part')),
    sa.ForeignKeyConstraint(['share'], ['shares.id'], name=op.f('fk_share_lines_share'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_share_lines')),
    comment="who gets which part of the inventors' part"
    )
    op.create_index(op.f('ix_share_lines_share'), 'share_lines', ['share'], unique=False)

