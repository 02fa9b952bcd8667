/*
 * chain: finding a record, and unpacking it from the whole block at the end of
 * its chain of differences upwards.
 *
 * The walk down reads headers only, so its memory does not depend on the blocks'
 * sizes. Where a record turns out to be damaged its place is noted and the walk
 * starts over without it: another pack may have the block too.
 */
#include "repo/blocks/chain.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/show.h"
#include "base/sys.h"
#include "repo/blocks/parts.h"
#include "repo/blocks/record.h"

/* Chains are at most VV_CHAIN_MAX when written. One that runs from a damaged pack
 * (which gc leaves alone) into a rewritten one may have both lengths. */
#define CHAIN_LIMIT (4u * VV_CHAIN_MAX)
#define BAD_LIMIT 256u

typedef struct level {
	vv_place place;
	vv_record record;
	uint8_t *wide;     /* what has its first bytes, the header and perhaps all; NULL: peek */
	size_t have, room; /* room: of wide */
	uint8_t peek[VV_RECORD_PEEK];
} level;

typedef struct chain {
	const vv_chain_packs *src;
	vv_coder *coder;
	level *levels; /* [0] is the requested block, each next one its base */
	size_t count, cap;
	vv_blob *base;       /* where the walk down ended early; a reference, or NULL */
	vv_block_form *form; /* NULL, or gets the form of the requested block, in stored */
	vv_buf *stored;
	vv_place bad[BAD_LIMIT];
	size_t bad_count;
	bool no_base;   /* the first error: a base is missing here */
	vv_error first; /* the first damage met */
} chain;

/* ---- one record ---- */

static vv_status bad_place(const vv_place *place, const char *what, vv_error *err)
{
	if (place->pack) return vv_pack_bad(place->pack, place->offset, what, err);
	return vv_fail(err, VV_ECORRUPT, "unfinished pack, offset %llu: %s",
		       (unsigned long long)place->offset, what);
}

/* Fills l but for its place. */
static vv_status read_header(const vv_chain_packs *src, level *l, vv_error *err)
{
	const vv_place *place = &l->place;
	vv_status rc;

	if (place->pack) {
		l->have = sizeof(l->peek);
		return vv_pack_front(place->pack, place->offset, &l->record, l->peek, &l->have,
				     err);
	}
	if ((rc = vv_pack_writer_read(src->own, place->offset, l->peek, sizeof l->peek, &l->have,
				      err)) < 0) {
		return rc;
	}
	const char *what = vv_record_parse(&l->record, l->peek, l->have, place->offset);
	return what ? bad_place(place, what, err) : VV_OK;
}

/* Stored bytes and checksum, into the coder's room. */
vv_status vv_place_stored(const vv_chain_packs *src, const vv_place *place, const vv_record *r,
			  vv_coder *c, const uint8_t **out, vv_error *err)
{
	size_t len = (size_t)r->stored_len + VV_RECORD_CHECKSUM_LEN, got;
	uint64_t offset = place->offset + r->header_len;
	uint8_t *room = vv_coder_room(c, len);
	vv_status rc;

	if (!room) return vv_fail_nomem(err);
	*out = room;
	if (place->pack) return vv_pack_read(place->pack, offset, room, len, err);
	if ((rc = vv_pack_writer_read(src->own, offset, room, len, &got, err)) < 0) return rc;
	return got == len ? VV_OK : bad_place(place, "the record is cut short", err);
}

/* ---- finding ---- */

static bool is_bad(const chain *ch, const vv_pack *pack, uint64_t offset)
{
	return ch &&
	       vv_array_find(ch->bad, ch->bad_count, it, it->pack == pack && it->offset == offset);
}

/* VV_EMISSING: this index does not name it. VV_ECORRUPT: the index names a record that is wrong, or
 * was changed. */
static vv_status find_by_index(vv_pack *p, const vv_cid *cid, const chain *ch, level *out,
			       vv_error *err)
{
	vv_pack_index *index = atomic_load(&p->index);
	uint64_t prefix = vv_cid_prefix(cid), first, count, offset;
	vv_status rc, worst = VV_EMISSING;

	if ((rc = vv_pack_index_find(index, prefix, &first, &count, err)) < 0) return rc;
	for (uint64_t i = 0; i < count; i++) {
		if ((rc = vv_pack_index_offset(index, first + i, &offset, err)) < 0) return rc;
		if (is_bad(ch, p, offset)) {
			continue;
		}
		out->have = out->wide ? out->room : sizeof out->peek;
		rc = vv_pack_front(p, offset, &out->record, out->wide ? out->wide : out->peek,
				   &out->have, err);
		if (rc == VV_OK && vv_cid_equal(&out->record.cid, cid)) {
			out->place = (vv_place){p, offset};
			return VV_OK;
		}
		/* Digests that agree in 8 bytes only, or in all with another codec, are
		 * rare: a flipped bit is likelier, until the pack is known to be sound. */
		if (rc == VV_OK && !(atomic_load(&p->rebuilt) && !vv_pack_is_damaged(p))) {
			rc = vv_pack_bad(p, offset,
					 "the index lists a different block at this offset", err);
		}
		if (rc < 0 && rc != VV_ECORRUPT) return rc;
		worst = rc == VV_ECORRUPT ? rc : worst;
	}
	return worst;
}

/* The same, and an index that proves wrong is made again once. */
static vv_status find_in_pack(vv_pack *p, const vv_cid *cid, const chain *ch, level *out,
			      vv_error *err)
{
	vv_status rc = find_by_index(p, cid, ch, out, err);
	vv_error rebuild;

	if (rc == VV_ECORRUPT && !atomic_load(&p->rebuilt)) {
		if (vv_pack_rebuild(p, &rebuild) < 0) return vv_error_copy(err, &rebuild);
		rc = find_by_index(p, cid, ch, out, err);
	}
	return rc;
}

static vv_status find_record(const vv_chain_packs *src, const vv_cid *cid, const chain *ch,
			     level *out, vv_error *err)
{
	vv_error damage, local;
	vv_status rc;

	damage.code = VV_OK;
	if (src->own && vv_pack_writer_find(src->own, cid, &out->place.offset) &&
	    !is_bad(ch, NULL, out->place.offset)) {
		out->place.pack = NULL;
		return read_header(src, out, err);
	}
	vv_pack_search search = vv_pack_search_begin(src->packs, vv_cid_prefix(cid));
	for (vv_pack *p; (p = vv_pack_search_next(&search));) {
		if (src->live_only && (p->id.aside || vv_pack_is_damaged(p))) {
			continue;
		}
		rc = find_in_pack(p, cid, ch, out, &local);
		if (rc == VV_OK) return VV_OK;
		if (rc != VV_EMISSING && damage.code == VV_OK) {
			damage = local;
		}
		if (rc != VV_EMISSING && rc != VV_ECORRUPT) {
			break;
		}
	}
	return damage.code < 0 ? vv_error_copy(err, &damage) : VV_EMISSING;
}

static vv_status fail_missing(const vv_chain_packs *src, const vv_cid *cid, vv_error *err)
{
	(void)vv_fail(err, VV_EBLOCK, "block %s is missing", vv_cid_shows(cid));
	for (size_t i = 0; src->packs && i < src->packs->count; i++) {
		const vv_pack *p = src->packs->packs[i];

		if (vv_pack_is_damaged(p)) {
			(void)vv_fail(err, VV_EBLOCK,
				      "block %s is missing; the damaged pack '%s' may have had it",
				      vv_cid_shows(cid), vv_text_shows(p->name));
			(void)vv_hint_code(err, VV_HINT_FSCK);
			break;
		}
	}
	return VV_EMISSING;
}

/* Behind a block: readers of columns look at some bytes at a time. */
#define BLOCK_SLACK 64u

/* Bytes of a record that are read at once at least: fewer cost as much. */
#define READ_LEAST 1024u

/* A gap of at most so many unneeded bytes is read too: a second read would cost more. */
#define GAP_MOST 4096u

/* Sets how much of the next record is read at once: slightly more than this block needed, but no sudden drop below what a
 * longer one needed. */
static void note_reach(vv_parted *p)
{
	const vv_parts *parts = &p->parts;
	size_t to = (size_t)parts->from + parts->stored;

	vv_array_each(parts->items, parts->count, part) {
		if (part->ready && part->from - to <= GAP_MOST) {
			to = (size_t)part->from + part->stored;
		}
	}
	to += to / 16;
	if (parts->count > 0) {
		p->reach = to > p->reach ? to : p->reach - (p->reach - to) / 16;
	}
}

/* Reads the record's first bytes into p, and reserves room for the whole record and its block. */
static vv_status begin_parted(vv_parted *p, const vv_chain_packs *src, const vv_cid *cid, level *l,
			      vv_error *err)
{
	const vv_record *r = &l->record;
	vv_status rc;

	note_reach(p);
	vv_buf_reset(&p->record);
	vv_buf_reset(&p->block);
	l->room = VV_RECORD_HEADER_MAX + p->reach;
	l->room = l->room < READ_LEAST ? READ_LEAST : l->room;
	if (!vv_buf_reserve(&p->record, l->room)) return vv_fail_nomem(err);
	l->wide = (uint8_t *)p->record.data;
	if ((rc = find_record(src, cid, NULL, l, err)) < 0) return rc;
	if (r->method != VV_METHOD_PARTS || !l->place.pack) return VV_ENOTFOUND;
	const size_t len = r->header_len + r->stored_len, room = r->raw_len + BLOCK_SLACK;
	p->record.len = l->have < len ? l->have : len;
	p->have = p->record.len - r->header_len;
	if (!vv_buf_reserve(&p->record, len - p->record.len) || !vv_buf_reserve(&p->block, room)) {
		return vv_fail_nomem(err);
	}
#ifdef __SANITIZE_ADDRESS__
	memset(p->block.data, 0xee, room); /* so that tests detect premature reads of a part */
	memset(p->record.data + p->record.len, 0xee, len - p->record.len);
#endif
	p->record.len = len;
	p->stored_at = r->header_len;
	p->stored_len = r->stored_len;
	p->block.len = r->raw_len;
	vv_pack_ref(l->place.pack);
	vv_pack_unref(p->pack);
	p->pack = l->place.pack;
	p->at = l->place.offset + r->header_len;
	p->step = READ_LEAST;
	return VV_OK;
}

/* The first bytes contain the description of the parts, and the head; their number is unknown. */
static vv_status read_front(vv_parted *p, vv_error *err)
{
	const size_t len = p->stored_len;
	vv_parts *parts = &p->parts;
	uint8_t *data = vv_parted_stored(p);

	for (;;) {
		vv_status rc = vv_parts_read(parts, data, p->have, len, p->block.len, err);

		if (p->have == len ||
		    (rc == VV_OK && (size_t)parts->from + parts->stored <= p->have) ||
		    rc == VV_ENOMEM) {
			return rc;
		}
		size_t to = rc == VV_OK ? (size_t)parts->from + parts->stored
					: 2 * p->have + READ_LEAST;
		to = to < len ? to : len;
		if ((rc = vv_pack_read(p->pack, p->at + p->have, data + p->have, to - p->have,
				       err)) < 0) {
			return rc;
		}
		p->have = to;
	}
}

vv_status vv_parted_read(vv_parted *p, size_t i, size_t end, vv_error *err)
{
	const vv_parts *parts = &p->parts;
	const size_t from = parts->items[i].from;
	size_t to = from, next = i;

	while (next < parts->count && !parts->items[next].there &&
	       (next < end || to - from < p->step)) {
		to += parts->items[next++].stored;
	}
	p->step *= p->step < p->stored_len ? 2 : 1; /* 0 after 64 doublings would read nothing */
	vv_status rc = vv_pack_read(p->pack, p->at + from, vv_parted_stored(p) + from, to - from,
				    err);
	for (; rc == VV_OK && i < next; i++) {
		parts->items[i].there = true;
	}
	return rc;
}

vv_status vv_chain_get_parted(const vv_chain_packs *src, const vv_cid *cid, vv_parted *p,
			      vv_error *err)
{
	level l = {0};
	vv_status rc;

	if ((rc = begin_parted(p, src, cid, &l, err)) < 0 || (rc = read_front(p, err)) < 0) {
		return rc;
	}
	vv_array_each(p->parts.items, p->parts.count, part) {
		part->there = (size_t)part->from + part->stored <= p->have;
	}
	vv_coder *c = vv_coder_take(src->store->coders, err);
	if (!c) return VV_ENOMEM;
	rc = vv_coder_head(c, &p->parts, vv_parted_stored(p), (uint8_t *)p->block.data,
			   p->block.len, err);
	vv_coder_give(src->store->coders, c);
	return rc;
}

vv_status vv_chain_find(const vv_chain_packs *src, const vv_cid *cid, vv_place *place, vv_record *r,
			vv_error *err)
{
	level l = {0};
	vv_status rc = find_record(src, cid, NULL, &l, err);

	if (rc == VV_OK) {
		*place = l.place;
		*r = l.record;
	}
	return rc == VV_EMISSING ? fail_missing(src, cid, err) : rc;
}

/* ---- the walk down ---- */

static vv_status push_level(chain *ch, const level *l, vv_error *err)
{
	return vv_array_add(ch->levels, ch->count, ch->cap, *l) ? VV_OK : vv_fail_nomem(err);
}

/* Notes the place as one to avoid, and the error, if it is the first. */
static vv_status note_bad(chain *ch, const level *l, const vv_error *what, vv_error *err)
{
	if (what->code != VV_ECORRUPT) return vv_error_copy(err, what);
	if (ch->first.code == VV_OK) {
		ch->first = *what;
	}
	if (ch->bad_count < BAD_LIMIT) {
		ch->bad[ch->bad_count++] = l->place;
	}
	return VV_ECORRUPT;
}

/* Fills next with the base of l, or sets ch->base. */
static vv_status find_base(chain *ch, const level *l, level *next, vv_error *err)
{
	vv_block_cache *cache = ch->src->store->cache;
	vv_cid cid = l->record.base;
	char what[128];
	vv_status rc;

	if (l->record.distance > 0) {
		next->place = (vv_place){l->place.pack, l->place.offset - l->record.distance};
		if ((rc = read_header(ch->src, next, err)) < 0) return rc;
		cid = next->record.cid;
	}
	ch->base = vv_block_cache_get(cache, &cid);
	if (ch->base ||
	    (l->record.distance > 0 && !is_bad(ch, next->place.pack, next->place.offset))) {
		return VV_OK;
	}
	/* Named by its CID, or damaged where it is beside us: any copy will do. */
	rc = find_record(ch->src, &cid, ch, next, err);
	if (rc == VV_EMISSING) {
		(void)snprintf(what, sizeof what,
			       "it is a difference to the block %s, which is "
			       "missing",
			       vv_cid_shows(&cid));
		ch->no_base = ch->first.code == VV_OK;
		return bad_place(&l->place, what, err);
	}
	return rc;
}

static vv_status walk_down(chain *ch, const level *top, vv_error *err)
{
	level next = {0}, at = *top;
	vv_error what;
	vv_status rc;

	ch->count = 0;
	for (;;) {
		if ((rc = push_level(ch, &at, err)) < 0 || !vv_method_has_base(at.record.method)) {
			return rc;
		}
		if (ch->count > CHAIN_LIMIT) {
			(void)bad_place(&at.place, "its differences form a circle", &what);
			return note_bad(ch, &ch->levels[0], &what, err);
		}
		if (find_base(ch, &at, &next, &what) < 0) return note_bad(ch, &at, &what, err);
		if (ch->base) return VV_OK;
		at = next;
	}
}

/* ---- the way up ---- */

static vv_status note_form(const chain *ch, const level *l, const vv_blob *base,
			   const uint8_t *stored, vv_error *err)
{
	vv_buf_set(ch->stored, stored, l->record.stored_len);
	memset(ch->form, 0, sizeof(*ch->form));
	ch->form->packed = (vv_packed){l->record.method, (const uint8_t *)ch->stored->data,
				       l->record.stored_len};
	if (base) {
		ch->form->base = base->cid;
	}
	return vv_buf_ok(ch->stored, err);
}

static vv_status unpack_level(chain *ch, const level *l, const vv_blob *base, void *raw,
			      vv_error *err)
{
	const uint8_t *stored = l->peek + l->record.header_len;
	vv_status rc = VV_OK;
	vv_error what;

	if (vv_record_len(&l->record) > l->have) {
		rc = vv_place_stored(ch->src, &l->place, &l->record, ch->coder, &stored, &what);
	}
	if (rc == VV_OK) {
		rc = vv_coder_unpack(ch->coder, &l->record, l->peek, stored,
				     base ? base->bytes : NULL, base ? base->len : 0, raw, &what);
		if (rc == VV_ECORRUPT) {
			(void)bad_place(&l->place, what.message, &what);
		} else if (rc == VV_ENOSUPPORT && l->place.pack) {
			(void)vv_prefix(&what, "pack '%s', offset %llu", l->place.pack->name,
					(unsigned long long)l->place.offset);
		}
	}
	if (rc == VV_ECORRUPT && l->place.pack) {
		vv_pack_set_damaged(l->place.pack, l->place.offset, "a record in it is damaged");
	}
	if (rc < 0) return note_bad(ch, l, &what, err);
	return ch->form && l == ch->levels ? note_form(ch, l, base, stored, err) : VV_OK;
}

/* A reader of versions from the newest on next requests the block below the requested one. Some others of a long chain are
 * cached, so that the path to the next ones is short: all would displace other chains (4, 8 and 16 levels, all kept, were
 * tried). */
#define NEAR 4u
#define FAR 16u

static vv_status walk_up(chain *ch, vv_buf *out, vv_error *err)
{
	vv_auto(vv_blob) *base = vv_take(&ch->base);
	vv_blob *blob;
	size_t i = ch->count;
	vv_status rc = VV_OK;

	while (rc == VV_OK && --i > 0) {
		const level *l = &ch->levels[i];

		blob = vv_blob_new(&l->record.cid, l->record.raw_len);
		if (!blob) {
			rc = vv_fail_nomem(err);
			break;
		}
		rc = unpack_level(ch, l, base, blob->bytes, err);
		if (rc == VV_OK && (i <= NEAR || (i <= FAR && i % NEAR == 0))) {
			vv_block_cache_put(ch->src->store->cache, blob);
		}
		vv_blob_unref(base);
		base = blob;
	}
	if (rc == VV_OK) {
		vv_buf_reset(out);
		if (!vv_buf_reserve(out, ch->levels[0].record.raw_len)) {
			rc = vv_fail_nomem(err);
		} else if ((rc = unpack_level(ch, &ch->levels[0], base, out->data, err)) == VV_OK) {
			out->len = ch->levels[0].record.raw_len;
			out->data[out->len] = '\0';
		}
	}
	return rc;
}

/* ---- the whole way ---- */

static void chain_clear(chain *ch)
{
	vv_blob_unref(ch->base);
	vv_coder_give(ch->src->store->coders, ch->coder);
	vv_free(ch->levels);
}
VV_AUTO_CLEAR(chain, chain_clear)

/* Reports the first damage found: the cause, not the last failed attempt. */
static vv_status tell_first(const chain *ch, const level *top, vv_error *err)
{
	if (err) {
		*err = ch->first;
		(void)vv_prefix(err, "block %s", vv_cid_shows(&top->record.cid));
	}
	return VV_ECORRUPT;
}

static vv_status get_from(chain *ch, const level *top, vv_buf *out, vv_error *err)
{
	vv_status rc = walk_down(ch, top, err);

	rc = rc < 0 ? rc : walk_up(ch, out, err);
	vv_blob_unref(vv_take(&ch->base));
	return rc;
}

vv_status vv_chain_get_at(const vv_chain_packs *src, const vv_place *place, vv_buf *out,
			  vv_record *r, vv_error *err)
{
	vv_auto(chain) ch = {.src = src, .coder = vv_coder_take(src->store->coders, err)};
	level top = {.place = *place};
	vv_status rc;

	if (!ch.coder) return VV_ENOMEM;
	if ((rc = read_header(src, &top, err)) < 0) return rc;
	*r = top.record;
	do {
		rc = get_from(&ch, &top, out, err);
	} while (rc == VV_ECORRUPT && ch.bad_count < BAD_LIMIT &&
		 !is_bad(&ch, place->pack, place->offset));
	if (rc == VV_ECORRUPT) {
		rc = tell_first(&ch, &top, err);
		rc = rc == VV_ECORRUPT && ch.no_base ? VV_EMISSING : rc;
	}
	return rc;
}

vv_status vv_chain_get(const vv_chain_packs *src, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_chain_get_form(src, cid, out, NULL, NULL, err);
}

vv_status vv_chain_get_form(const vv_chain_packs *src, const vv_cid *cid, vv_buf *out,
			    vv_buf *stored, vv_block_form *form, vv_error *err)
{
	vv_auto(chain) ch = {.src = src,
			     .coder = vv_coder_take(src->store->coders, err),
			     .stored = stored,
			     .form = form};
	level top = {0};
	vv_status rc;

	if (!ch.coder) return VV_ENOMEM;
	do {
		rc = find_record(src, cid, &ch, &top, err);
		if (rc == VV_OK) {
			rc = get_from(&ch, &top, out, err);
		} else {
			top.record.cid = *cid;
			break;
		}
	} while (rc == VV_ECORRUPT && ch.bad_count < BAD_LIMIT);
	if (ch.first.code < 0 && (rc == VV_ECORRUPT || rc == VV_EMISSING)) {
		rc = tell_first(&ch, &top, err);
	} else if (rc == VV_EMISSING) {
		rc = fail_missing(src, cid, err);
	}
	return rc;
}
