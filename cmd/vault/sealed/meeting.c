/*
 * meeting: what to compare.
 */
#include "cmd/vault/sealed/meeting.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"

#define BATCH 512u /* records that go at once */
#define BATCH_BYTES (512u << 10)

typedef struct listed {
	char *name;
	uint64_t size;
} listed;

typedef struct listing {
	listed *items; /* sorted by name */
	size_t count, cap;
} listing;

static vv_status on_name(void *payload, const vv_listed *e, vv_error *err)
{
	listing *l = payload;

	if (!vv_ledger_is_name(e->name)) return VV_OK;
	char *name = vv_strdup(e->name);
	return vv_array_own(l->items, l->count, l->cap, name, (listed){name, e->size})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static void clear_listing(listing *l)
{
	vv_array_clear(l->items, l->count, one, vv_free(one->name));
}
VV_AUTO_CLEAR(listing, clear_listing)

static vv_status list_records(vv_meeting *m, listing *l, vv_error *err)
{
	vv_status rc = vv_holder_list_records(m->holder, vv_ledger_vault(m->ledger), on_name, l,
					      err);

	if (rc == VV_OK && l->count > 0) {
		qsort(l->items, l->count, sizeof(*l->items), vv_text_order);
	}
	m->records = l->count;
	return rc;
}

/* --- damaged records ----------------------------------------------------------------------------- */

static vv_damaged_record *find_damaged(const vv_meeting *m, const char *name)
{
	return vv_array_find(m->damaged, m->damaged_count, d, strcmp(d->name, name) == 0);
}

static vv_status note_damaged(vv_meeting *m, const char *name, const vv_error *why, vv_error *err)
{
	if (find_damaged(m, name)) return VV_OK;
	if (!vv_array_room(m->damaged, m->damaged_count, m->damaged_cap)) return vv_fail_nomem(err);
	vv_damaged_record *d = &m->damaged[m->damaged_count];
	d->why = *why;
	d->unheard = why->code == VV_ENOSUPPORT;
	if (!(d->name = vv_strdup(name))) return vv_fail_nomem(err);
	m->damaged_count++;
	if (m->found) {
		m->found(m->payload, d);
	}
	return VV_OK;
}

static void forget_damaged(vv_meeting *m, vv_damaged_record *d)
{
	vv_free(d->name);
	*d = m->damaged[--m->damaged_count];
}

size_t vv_meeting_damaged(const vv_meeting *m)
{
	size_t count = 0;

	vv_array_each(m->damaged, m->damaged_count, it) {
		count += !it->unheard;
	}
	return count;
}

void vv_meeting_clear(vv_meeting *m)
{
	vv_array_clear(m->damaged, m->damaged_count, d, vv_free(d->name));
	m->damaged = NULL;
	m->damaged_count = m->damaged_cap = 0;
}

/* --- both ways ------------------------------------------------------------------------------------- */

/* Reads the holder's records into the ledger. check_only: reads all of them, for their damages. */
static vv_status read_listed(vv_meeting *m, const listing *l, bool check_only, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_error why;
	vv_status rc;
	vv_array_each(l->items, l->count, it) {
		const char *name = it->name;
		if (!check_only && (vv_ledger_has(m->ledger, name) || find_damaged(m, name))) {
			continue;
		}
		if ((rc = vv_holder_get_record(m->holder, vv_ledger_vault(m->ledger), name, &bytes,
					       err)) < 0) {
			return rc;
		}
		rc = check_only ? vv_ledger_check(m->ledger, name, bytes.data, bytes.len, &why)
				: vv_ledger_take(m->ledger, name, bytes.data, bytes.len, &why);
		if (rc == VV_ECORRUPT || rc == VV_ENOSUPPORT) {
			rc = note_damaged(m, name, &why, err);
		} else if (rc < 0) {
			*err = why;
		} else if (m->took && !check_only) {
			rc = m->took(m->payload, name, err);
		}
		if (rc < 0) return rc;
	}
	return VV_OK;
}

/* May this one be written? What the holder has under its name is not it. */
static vv_status check_listed(vv_meeting *m, const listed *there, size_t len, bool *write,
			      vv_error *err)
{
	vv_error why;
	vv_status rc = VV_OK;

	if (there->size != len) {
		/* One record has one length. */
		vv_fail(&why, VV_ECORRUPT, "it has %llu bytes instead of %zu",
			(unsigned long long)there->size, len);
		rc = note_damaged(m, there->name, &why, err);
	}
	*write = m->mend && find_damaged(m, there->name);
	return rc;
}

/* Records that go together. */
typedef struct batch {
	vv_meeting *m;
	vv_buf bytes; /* their files, one after the other */
	const char *names[BATCH];
	size_t ends[BATCH];
	size_t count;
} batch;

static vv_status send_batch(batch *b, vv_error *err)
{
	vv_hold_bytes list[BATCH];
	vv_status rc = vv_buf_ok(&b->bytes, err);

	for (size_t i = 0; i < b->count; i++) {
		const size_t start = i > 0 ? b->ends[i - 1] : 0;
		list[i].bytes = (const uint8_t *)b->bytes.data + start;
		list[i].len = b->ends[i] - start;
	}
	if (rc == VV_OK && b->count > 0) {
		rc = vv_holder_put_records(b->m->holder, vv_ledger_vault(b->m->ledger), b->names,
					   list, b->count, err);
	}
	b->count = 0;
	vv_buf_reset(&b->bytes);
	return rc;
}

static vv_status add_to_batch(batch *b, const char *name, vv_error *err)
{
	vv_status rc = vv_ledger_file(b->m->ledger, name, &b->bytes, err);

	if (rc < 0) return rc;
	b->names[b->count] = name;
	b->ends[b->count++] = b->bytes.len;
	return b->count == BATCH || b->bytes.len >= BATCH_BYTES ? send_batch(b, err) : VV_OK;
}

/* Writes a record again if the holder has other bytes under its name. */
static vv_status write_again(vv_meeting *m, const char *name, vv_error *err)
{
	const vv_cid *vault = vv_ledger_vault(m->ledger);
	vv_auto(vv_buf) bytes = VV_BUF_INIT, is = VV_BUF_INIT;
	vv_status rc;

	/* A holder that never writes over anything may refuse, or do nothing: then it stays noted. */
	if ((rc = vv_ledger_file(m->ledger, name, &bytes, err)) == VV_OK &&
	    (rc = vv_holder_put_record(m->holder, vault, name, bytes.data, bytes.len, err)) ==
		    VV_OK &&
	    (rc = vv_holder_get_record(m->holder, vault, name, &is, err)) == VV_OK &&
	    is.len == bytes.len && memcmp(is.data, bytes.data, is.len) == 0) {
		forget_damaged(m, find_damaged(m, name));
		m->mended++;
	}
	return rc == VV_EREFUSED ? VV_OK : rc;
}

/* Records of writers' rights come first: a holder that judges needs them for the others. Then those of this
 * key: a holder accepts a vault once a known key has signed. */
static unsigned turn_of(const vv_meeting *m, const vv_ledger_record *r)
{
	if (r->kind == VV_LEDGER_EPOCH || vv_cid_is_null(&r->vault)) return 0;
	return m->self && memcmp(r->author, m->self, VV_KEY_PUBLIC) == 0 ? 1 : 2;
}

static vv_status hand_on_one(batch *b, const listing *l, const vv_ledger_entry *f, vv_error *err)
{
	vv_meeting *m = b->m;
	const listed wanted = {.name = f->name};
	const listed *there = l->count > 0 ? bsearch(&wanted, l->items, l->count, sizeof(*l->items),
						     vv_text_order)
					   : NULL;
	bool write = false;

	if (!there) {
		m->behind++;
		return add_to_batch(b, f->name, err);
	}
	vv_status rc = check_listed(m, there, f->len, &write, err);
	return rc == VV_OK && write ? write_again(m, f->name, err) : rc;
}

static vv_status hand_on(vv_meeting *m, const listing *l, vv_error *err)
{
	batch b = {.m = m, .bytes = VV_BUF_INIT};
	vv_status rc;

	m->behind = 0;
	/* records must be durable before they are sent: after a loss another record would get the
	 * number */
	if ((rc = vv_ledger_sync(m->ledger, err)) < 0) return rc;
	for (unsigned turn = 0; turn < 3; turn++) {
		for (size_t i = 0; rc == VV_OK && i < vv_ledger_file_count(m->ledger); i++) {
			const vv_ledger_entry *f = vv_ledger_file_at(m->ledger, i);
			if (turn_of(m, f->record) == turn &&
			    !(m->listed && f->number < m->handed)) {
				rc = hand_on_one(&b, l, f, err);
			}
		}
	}
	if (rc == VV_OK) {
		rc = send_batch(&b, err);
	}
	vv_buf_clear(&b.bytes);
	return rc;
}

static vv_status finish_holder(vv_meeting *m, vv_error *err)
{
	vv_finished result;
	vv_status rc = vv_holders_finish(&m->holder, 1, &result, err);

	return rc == VV_OK && result.status < 0 ? vv_error_copy(err, &result.err) : rc;
}

vv_status vv_meeting_run(vv_meeting *m, vv_error *err)
{
	uint8_t key[VV_KEY_PUBLIC];
	vv_auto(listing) l = {0};
	vv_status rc = VV_OK;

	if (!vv_vault_holder_keeps_records(m->holder)) return VV_OK;
	bool mends = m->mend && m->damaged_count > 0;
	m->listed = m->listed && !mends && !vv_vault_holder_key(m->holder, key);
	if (!m->listed && (rc = list_records(m, &l, err)) == VV_OK) {
		rc = read_listed(m, &l, false, err);
	}
	if (rc == VV_OK && (rc = hand_on(m, &l, err)) == VV_OK && !m->later) {
		rc = finish_holder(m, err);
	}
	if (rc == VV_OK) {
		m->listed = true;
		m->handed = vv_ledger_file_count(m->ledger);
	}
	return rc;
}

vv_status vv_meeting_look(vv_meeting *m, vv_error *err)
{
	vv_auto(listing) l = {0};
	vv_status rc = list_records(m, &l, err);

	return rc < 0 ? rc : read_listed(m, &l, true, err);
}
