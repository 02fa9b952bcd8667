/*
 * ledger_record: the maps.
 */
#include "cmd/vault/hold/ledger_record.h"

#include <assert.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "repo/blocks/cbor.h"

#define PURPOSE "varve record 1"
#define LIST_MAX 65536u

static const char *const kind_names[] = {"vault", "epoch",  "place", "receipt",
					 "audit", "retire", "drop"};
#define KINDS (sizeof(kind_names) / sizeof(kind_names[0]))

const char *vv_ledger_kind_name(vv_ledger_kind kind)
{
	return kind_names[kind];
}

int vv_ledger_record_compare(const void *a, const void *b)
{
	const vv_ledger_record *const *x = a, *const *y = b;

	if ((*x)->time != (*y)->time) return (*x)->time < (*y)->time ? -1 : 1;
	const int author = memcmp((*x)->author, (*y)->author, VV_KEY_PUBLIC);
	if (author != 0 || (*x)->sequence == (*y)->sequence) {
		return author ? author : vv_cid_compare(&(*x)->cid, &(*y)->cid);
	}
	return (*x)->sequence < (*y)->sequence ? -1 : 1;
}

size_t vv_run_shard_count(const vv_ledger_record *r)
{
	size_t count = r->shard_count;

	for (size_t i = 0; i < r->stripe_count; i++) {
		count += r->stripes[i].code.parity;
	}
	return count;
}

const vv_shard *vv_run_shard_at(const vv_ledger_record *r, size_t i)
{
	const vv_stripe *s = r->stripes;

	if (i < r->shard_count) return &r->shards[i];
	for (i -= r->shard_count; i >= s->code.parity; s++) {
		i -= s->code.parity;
	}
	return &s->parity[i];
}

void vv_receipt_bytes(uint8_t out[VV_RECEIPT_BYTES], const vv_cid *place, uint64_t until)
{
	vv_cid_write(out, place);
	vv_put_le64(out + VV_CID_BYTES, until);
}

vv_status vv_receipt_check(const vv_ledger_record *receipt, const vv_ledger_record *place,
			   vv_error *err)
{
	uint8_t bytes[VV_RECEIPT_BYTES];

	if (place->kind != VV_LEDGER_PLACE || !vv_cid_equal(&receipt->link, &place->cid)) {
		return vv_fail(err, VV_ECORRUPT, "it is not a receipt of that place");
	}
	if (!place->has_key) return VV_OK;
	if (!receipt->has_key || memcmp(receipt->key, place->key, VV_KEY_PUBLIC) != 0) {
		return vv_fail(err, VV_ECORRUPT, "the holder's key did not sign the receipt");
	}
	vv_receipt_bytes(bytes, &place->cid, receipt->until);
	return vv_key_verify(receipt->signature, place->key, VV_RECEIPT_PURPOSE, bytes,
			     sizeof(bytes), err);
}

/* --- writing -------------------------------------------------------------------------------- */

static void put_link_or_null(vv_buf *b, const vv_cid *cid)
{
	if (vv_cid_is_null(cid)) {
		vv_cbor_put_null(b);
	} else {
		vv_cbor_put_link(b, cid);
	}
}

static void put_bytes_or_null(vv_buf *b, const void *bytes, size_t len, bool there)
{
	if (there) {
		vv_cbor_put_bytes(b, bytes, len);
	} else {
		vv_cbor_put_null(b);
	}
}

static void put_links(vv_buf *b, const char *name, const vv_ledger_record *r)
{
	vv_cbor_add_array(b, name, r->link_count);
	for (size_t i = 0; i < r->link_count; i++) {
		vv_cbor_put_link(b, &r->links[i]);
	}
}

static void put_keys(vv_buf *b, const char *name, const vv_ledger_record *r)
{
	vv_cbor_add_array(b, name, r->key_count);
	for (size_t i = 0; i < r->key_count; i++) {
		vv_cbor_put_bytes(b, r->keys[i], VV_KEY_PUBLIC);
	}
}

static void put_shard_list(vv_buf *b, const vv_shard *shards, size_t count)
{
	vv_cbor_put_array(b, count);
	for (size_t i = 0; i < count; i++) {
		vv_cbor_put_array(b, 3);
		vv_cbor_put_link(b, &shards[i].cid);
		vv_cbor_put_uint(b, shards[i].leaves);
		vv_cbor_put_bytes(b, shards[i].root, VV_SHA256_LEN);
	}
}

static void put_shards(vv_buf *b, const vv_ledger_record *r)
{
	vv_cbor_put_key(b, "shards");
	put_shard_list(b, r->shards, r->shard_count);
}

static void put_stripes(vv_buf *b, const vv_ledger_record *r)
{
	vv_cbor_add_array(b, "stripes", r->stripe_count);
	for (size_t i = 0; i < r->stripe_count; i++) {
		vv_cbor_put_array(b, 2);
		vv_cbor_put_uint(b, r->stripes[i].code.data);
		put_shard_list(b, r->stripes[i].parity, r->stripes[i].code.parity);
	}
}

static void put_epoch(vv_buf *b, const vv_ledger_record *r)
{
	vv_cbor_put_map(b, 5);
	vv_cbor_add_array(b, "boxes", r->box_count);
	for (size_t i = 0; i < r->box_count; i++) {
		vv_cbor_put_bytes(b, r->boxes[i].bytes, r->boxes[i].len);
	}
	vv_cbor_add_bytes(b, "sealed", r->sealed, r->sealed_len);
	vv_cbor_add_array(b, "removed", r->removed_count);
	for (size_t i = 0; i < r->removed_count; i++) {
		vv_cbor_put_array(b, 2);
		vv_cbor_put_bytes(b, r->removed[i].key, VV_KEY_PUBLIC);
		put_link_or_null(b, &r->removed[i].last);
	}
	put_keys(b, "writers", r);
	put_links(b, "previous", r);
}

static void put_receipt(vv_buf *b, const vv_ledger_record *r)
{
	vv_cbor_put_map(b, 4);
	vv_cbor_put_key(b, "by");
	put_bytes_or_null(b, r->key, VV_KEY_PUBLIC, r->has_key);
	vv_cbor_put_key(b, "place");
	vv_cbor_put_link(b, &r->link);
	vv_cbor_add_uint(b, "until", r->until);
	vv_cbor_put_key(b, "signature");
	put_bytes_or_null(b, r->signature, VV_SIGNATURE, r->has_key);
}

static void put_audit(vv_buf *b, const vv_ledger_record *r)
{
	vv_cbor_put_map(b, 6);
	put_links(b, "bad", r);
	vv_cbor_add_uint(b, "good", r->good);
	vv_cbor_add_uint(b, "asked", r->asked);
	vv_cbor_add_bytes(b, "nonce", r->nonce, sizeof(r->nonce));
	vv_cbor_add_bytes(b, "answer", r->answer, sizeof(r->answer));
	vv_cbor_add_bytes(b, "holder", r->holder, VV_HOLDER_ID);
}

static void put_body(vv_buf *b, const vv_ledger_record *r)
{
	switch (r->kind) {
	case VV_LEDGER_VAULT:
		if (vv_cid_is_null(&r->vault)) {
			vv_cbor_put_map(b, 1);
			put_keys(b, "owners", r);
			break;
		}
		vv_cbor_put_map(b, 5);
		vv_cbor_put_key(b, "epoch");
		vv_cbor_put_link(b, &r->link);
		put_links(b, "heads", r);
		vv_cbor_put_key(b, "places");
		put_bytes_or_null(b, r->sealed, r->sealed_len, r->sealed != NULL);
		put_shards(b, r);
		put_stripes(b, r);
		break;
	case VV_LEDGER_EPOCH:
		put_epoch(b, r);
		break;
	case VV_LEDGER_PLACE:
		vv_cbor_put_map(b, 3);
		vv_cbor_put_key(b, "key");
		put_bytes_or_null(b, r->key, VV_KEY_PUBLIC, r->has_key);
		vv_cbor_add_bytes(b, "holder", r->holder, VV_HOLDER_ID);
		put_shards(b, r);
		break;
	case VV_LEDGER_RECEIPT:
		put_receipt(b, r);
		break;
	case VV_LEDGER_AUDIT:
		put_audit(b, r);
		break;
	case VV_LEDGER_RETIRE:
		vv_cbor_put_map(b, 1);
		put_links(b, "shards", r);
		break;
	case VV_LEDGER_DROP:
		vv_cbor_put_map(b, 3);
		vv_cbor_put_key(b, "key");
		put_bytes_or_null(b, r->key, VV_KEY_PUBLIC, r->has_key);
		vv_cbor_add_bytes(b, "holder", r->holder, VV_HOLDER_ID);
		put_links(b, "shards", r);
		break;
	}
}

vv_status vv_ledger_record_sign(vv_buf *out, vv_ledger_record *r, const vv_key *author,
				vv_error *err)
{
	const char *kind = kind_names[r->kind];
	const uint8_t none[VV_SIGNATURE] = {0};
	uint8_t signature[VV_SIGNATURE];
	vv_status rc;

	memcpy(r->author, author->public_key, VV_KEY_PUBLIC);
	vv_buf_set(out, none, sizeof(none));
	vv_cbor_put_map(out, 8);
	vv_cbor_put_key(out, "body");
	put_body(out, r);
	vv_cbor_add_text(out, "kind", kind);
	vv_cbor_add_uint(out, "time", r->time);
	vv_cbor_put_key(out, "vault");
	put_link_or_null(out, &r->vault);
	vv_cbor_add_bytes(out, "author", r->author, VV_KEY_PUBLIC);
	vv_cbor_add_uint(out, "version", VV_LEDGER_VERSION);
	vv_cbor_put_key(out, "previous");
	put_link_or_null(out, &r->previous);
	vv_cbor_add_uint(out, "sequence", r->sequence);
	if ((rc = vv_buf_ok(out, err)) < 0) return rc;
	const char *bytes = out->data + VV_SIGNATURE;
	const size_t len = out->len - VV_SIGNATURE;
	if (out->len > VV_LEDGER_RECORD_MAX) {
		return vv_fail(err, VV_EREFUSED, "a record of %s, which is too long",
			       vv_text_bytes(out->len));
	}
	if ((rc = vv_cid_of(&r->cid, VV_CODEC_DAG_CBOR, bytes, len, err)) < 0 ||
	    (rc = vv_key_sign(signature, author, PURPOSE, bytes, len, err)) < 0) {
		return rc;
	}
	memcpy(out->data, signature, sizeof(signature));
	return VV_OK;
}

/* --- reading -------------------------------------------------------------------------------- */

typedef struct reading {
	vv_cbor c;
	vv_arena *arena;
	vv_error *err;
} reading;

static vv_status get_fixed(reading *in, uint8_t *out, size_t len)
{
	const uint8_t *p;
	size_t n;
	vv_status rc = vv_cbor_get_bytes(&in->c, &p, &n, in->err);

	if (rc == VV_OK && n != len) {
		rc = vv_fail(in->err, VV_ECORRUPT, "%zu bytes where a record has %zu", n, len);
	}
	if (rc == VV_OK) {
		memcpy(out, p, len);
	}
	return rc;
}

static vv_status get_named(reading *in, const char *name, uint8_t *out, size_t len)
{
	vv_status rc = vv_cbor_get_key(&in->c, name, in->err);
	return rc < 0 ? rc : get_fixed(in, out, len);
}

static vv_status get_named_uint(reading *in, const char *name, uint64_t *out)
{
	vv_status rc = vv_cbor_get_key(&in->c, name, in->err);
	return rc < 0 ? rc : vv_cbor_get_uint(&in->c, out, in->err);
}

static vv_status is_null(reading *in, bool *out)
{
	vv_cbor_type type;
	vv_status rc = vv_cbor_peek(&in->c, &type, in->err);

	*out = rc == VV_OK && type == VV_CBOR_NULL;
	return *out ? vv_cbor_get_null(&in->c, in->err) : rc;
}

static vv_status get_link_or_null(reading *in, vv_cid *out)
{
	bool null;
	vv_status rc = is_null(in, &null);

	memset(out, 0, sizeof(*out));
	return rc < 0 || null ? rc : vv_cbor_get_link(&in->c, out, in->err);
}

static vv_status get_named_or_null(reading *in, const char *name, uint8_t *out, size_t len,
				   bool *there)
{
	bool null;
	vv_status rc = vv_cbor_get_key(&in->c, name, in->err);

	if (rc < 0 || (rc = is_null(in, &null)) < 0) return rc;
	*there = !null;
	return null ? VV_OK : get_fixed(in, out, len);
}

/* A list's head; room for its items, zeroed. */
static vv_status get_list(reading *in, const char *name, void *items, size_t size, size_t *count)
{
	void **out = items;
	vv_status rc;

	if ((rc = vv_cbor_get_key(&in->c, name, in->err)) < 0 ||
	    (rc = vv_cbor_get_array(&in->c, count, in->err)) < 0) {
		return rc;
	}
	if (*count > LIST_MAX) {
		return vv_fail(in->err, VV_ECORRUPT, "a list of %zu items in a record", *count);
	}
	*out = vv_arena_calloc(in->arena, *count + 1, size);
	return *out ? VV_OK : vv_fail_nomem(in->err);
}

static vv_status get_links(reading *in, const char *name, vv_ledger_record *r)
{
	vv_status rc = get_list(in, name, &r->links, sizeof(*r->links), &r->link_count);

	for (size_t i = 0; rc == VV_OK && i < r->link_count; i++) {
		rc = vv_cbor_get_link(&in->c, &r->links[i], in->err);
	}
	return rc;
}

static vv_status get_keys(reading *in, const char *name, vv_ledger_record *r)
{
	vv_status rc = get_list(in, name, &r->keys, sizeof(*r->keys), &r->key_count);

	for (size_t i = 0; rc == VV_OK && i < r->key_count; i++) {
		rc = get_fixed(in, r->keys[i], VV_KEY_PUBLIC);
	}
	return rc;
}

/* The head of an inner list of just so many items. */
static vv_status get_tuple(reading *in, size_t wanted)
{
	size_t n;
	vv_status rc = vv_cbor_get_array(&in->c, &n, in->err);

	return rc == VV_OK && n != wanted
		       ? vv_fail(in->err, VV_ECORRUPT, "a list of %zu items, not %zu", n, wanted)
		       : rc;
}

/* After the list's head. */
static vv_status get_shard_list(reading *in, vv_shard *out, size_t count)
{
	uint64_t leaves;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		vv_shard *s = &out[i];
		if ((rc = get_tuple(in, 3)) < 0 ||
		    (rc = vv_cbor_get_link(&in->c, &s->cid, in->err)) < 0 ||
		    (rc = vv_cbor_get_uint(&in->c, &leaves, in->err)) < 0 ||
		    (rc = get_fixed(in, s->root, VV_SHA256_LEN)) < 0) {
			return rc;
		}
		if (!vv_leaves_valid(leaves) || s->cid.codec != VV_CODEC_RAW) {
			return vv_fail(in->err, VV_ECORRUPT,
				       "a record names something that is not a shard");
		}
		s->leaves = (uint32_t)leaves;
	}
	return rc;
}

static vv_status get_shards(reading *in, vv_ledger_record *r)
{
	vv_status rc = get_list(in, "shards", &r->shards, sizeof(*r->shards), &r->shard_count);
	return rc < 0 ? rc : get_shard_list(in, r->shards, r->shard_count);
}

static bool all_full(const vv_shard *shards, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (shards[i].leaves != VV_LEAVES_MAX) return false;
	}
	return true;
}

/* Over the record's shards from number first on. */
static vv_status get_stripe(reading *in, const vv_ledger_record *r, size_t first, vv_stripe *s)
{
	uint64_t data;
	size_t parity;
	vv_status rc;

	if ((rc = get_tuple(in, 2)) < 0 || (rc = vv_cbor_get_uint(&in->c, &data, in->err)) < 0 ||
	    (rc = vv_cbor_get_array(&in->c, &parity, in->err)) < 0) {
		return rc;
	}
	if (!vv_code_valid(data, parity) || data > r->shard_count - first) {
		return vv_fail(in->err, VV_ECORRUPT,
			       "a stripe over runs that the record does not have");
	}
	s->code = (vv_code){(uint32_t)data, (uint32_t)parity};
	if (!(s->parity = vv_arena_calloc(in->arena, parity, sizeof(*s->parity)))) {
		return vv_fail_nomem(in->err);
	}
	if ((rc = get_shard_list(in, s->parity, parity)) < 0) return rc;
	return all_full(r->shards + first, data) && all_full(s->parity, parity)
		       ? VV_OK
		       : vv_fail(in->err, VV_ECORRUPT, "a stripe of shards that are not full");
}

static vv_status get_stripes(reading *in, vv_ledger_record *r)
{
	size_t first = 0;
	vv_status rc = get_list(in, "stripes", &r->stripes, sizeof(*r->stripes), &r->stripe_count);

	for (size_t i = 0; rc == VV_OK && i < r->stripe_count; i++) {
		rc = get_stripe(in, r, first, &r->stripes[i]);
		first += r->stripes[i].code.data;
	}
	return rc;
}

static vv_status get_map(reading *in, size_t wanted)
{
	size_t n;
	vv_status rc = vv_cbor_get_map(&in->c, &n, in->err);

	return rc == VV_OK && n != wanted ? vv_fail(in->err, VV_ECORRUPT,
						    "%zu members where a record has %zu", n, wanted)
					  : rc;
}

static vv_status get_epoch(reading *in, vv_ledger_record *r)
{
	vv_status rc;

	if ((rc = get_map(in, 5)) < 0 ||
	    (rc = get_list(in, "boxes", &r->boxes, sizeof(*r->boxes), &r->box_count)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < r->box_count; i++) {
		if ((rc = vv_cbor_get_bytes(&in->c, &r->boxes[i].bytes, &r->boxes[i].len,
					    in->err)) < 0) {
			return rc;
		}
	}
	if ((rc = vv_cbor_get_key(&in->c, "sealed", in->err)) < 0 ||
	    (rc = vv_cbor_get_bytes(&in->c, &r->sealed, &r->sealed_len, in->err)) < 0 ||
	    (rc = get_list(in, "removed", &r->removed, sizeof(*r->removed), &r->removed_count)) <
		    0) {
		return rc;
	}
	for (size_t i = 0; i < r->removed_count; i++) {
		if ((rc = get_tuple(in, 2)) < 0 ||
		    (rc = get_fixed(in, r->removed[i].key, VV_KEY_PUBLIC)) < 0 ||
		    (rc = get_link_or_null(in, &r->removed[i].last)) < 0) {
			return rc;
		}
	}
	if ((rc = get_keys(in, "writers", r)) < 0) return rc;
	return get_links(in, "previous", r);
}

static vv_status get_receipt(reading *in, vv_ledger_record *r)
{
	bool is_signed;
	vv_status rc;

	if ((rc = get_map(in, 4)) < 0 ||
	    (rc = get_named_or_null(in, "by", r->key, VV_KEY_PUBLIC, &r->has_key)) < 0 ||
	    (rc = vv_cbor_get_key(&in->c, "place", in->err)) < 0 ||
	    (rc = vv_cbor_get_link(&in->c, &r->link, in->err)) < 0 ||
	    (rc = get_named_uint(in, "until", &r->until)) < 0 ||
	    (rc = get_named_or_null(in, "signature", r->signature, VV_SIGNATURE, &is_signed)) < 0) {
		return rc;
	}
	return is_signed == r->has_key
		       ? VV_OK
		       : vv_fail(in->err, VV_ECORRUPT, "a receipt with half a signature");
}

static vv_status get_audit(reading *in, vv_ledger_record *r)
{
	vv_status rc;

	if ((rc = get_map(in, 6)) < 0 || (rc = get_links(in, "bad", r)) < 0 ||
	    (rc = get_named_uint(in, "good", &r->good)) < 0 ||
	    (rc = get_named_uint(in, "asked", &r->asked)) < 0 ||
	    (rc = get_named(in, "nonce", r->nonce, sizeof(r->nonce))) < 0 ||
	    (rc = get_named(in, "answer", r->answer, sizeof(r->answer))) < 0) {
		return rc;
	}
	return get_named(in, "holder", r->holder, VV_HOLDER_ID);
}

static vv_status get_vault(reading *in, vv_ledger_record *r)
{
	bool null;
	vv_status rc;

	if ((rc = get_map(in, 5)) < 0 || (rc = vv_cbor_get_key(&in->c, "epoch", in->err)) < 0 ||
	    (rc = vv_cbor_get_link(&in->c, &r->link, in->err)) < 0 ||
	    (rc = get_links(in, "heads", r)) < 0 ||
	    (rc = vv_cbor_get_key(&in->c, "places", in->err)) < 0 ||
	    (rc = is_null(in, &null)) < 0) {
		return rc;
	}
	if (!null && (rc = vv_cbor_get_bytes(&in->c, &r->sealed, &r->sealed_len, in->err)) < 0) {
		return rc;
	}
	rc = get_shards(in, r);
	return rc < 0 ? rc : get_stripes(in, r);
}

/* place and drop begin alike. */
static vv_status get_key_and_holder(reading *in, vv_ledger_record *r)
{
	vv_status rc;

	if ((rc = get_map(in, 3)) < 0 ||
	    (rc = get_named_or_null(in, "key", r->key, VV_KEY_PUBLIC, &r->has_key)) < 0) {
		return rc;
	}
	return get_named(in, "holder", r->holder, VV_HOLDER_ID);
}

/* The body stands first and cannot be read before the kind is known. */
static vv_status get_body(reading *in, vv_ledger_record *r)
{
	vv_status rc;

	switch (r->kind) {
	case VV_LEDGER_VAULT:
		if (!vv_cid_is_null(&r->vault)) return get_vault(in, r);
		rc = get_map(in, 1);
		return rc < 0 ? rc : get_keys(in, "owners", r);
	case VV_LEDGER_EPOCH:
		return get_epoch(in, r);
	case VV_LEDGER_PLACE:
		rc = get_key_and_holder(in, r);
		return rc < 0 ? rc : get_shards(in, r);
	case VV_LEDGER_RECEIPT:
		return get_receipt(in, r);
	case VV_LEDGER_AUDIT:
		return get_audit(in, r);
	case VV_LEDGER_RETIRE:
		rc = get_map(in, 1);
		return rc < 0 ? rc : get_links(in, "shards", r);
	case VV_LEDGER_DROP:
		rc = get_key_and_holder(in, r);
		return rc < 0 ? rc : get_links(in, "shards", r);
	}
	return vv_fail(in->err, VV_ECORRUPT, "a record of no kind");
}

static vv_status get_kind(reading *in, vv_ledger_kind *out)
{
	const char *text;
	size_t len;
	vv_status rc;

	if ((rc = vv_cbor_get_key(&in->c, "kind", in->err)) < 0 ||
	    (rc = vv_cbor_get_text(&in->c, &text, &len, in->err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < KINDS; i++) {
		if (strlen(kind_names[i]) == len && memcmp(kind_names[i], text, len) == 0) {
			*out = (vv_ledger_kind)i;
			return VV_OK;
		}
	}
	return vv_fail(in->err, VV_ENOSUPPORT,
		       "a record of the kind '%s', which this varve does not support",
		       vv_text_show(text, len));
}

static vv_status get_record(reading *in, vv_ledger_record *r)
{
	uint64_t version;
	vv_status rc;

	if ((rc = get_map(in, 8)) < 0 || (rc = vv_cbor_get_key(&in->c, "body", in->err)) < 0) {
		return rc;
	}
	vv_cbor body = in->c;
	if ((rc = vv_cbor_skip(&in->c, in->err)) < 0 || (rc = get_kind(in, &r->kind)) < 0 ||
	    (rc = get_named_uint(in, "time", &r->time)) < 0 ||
	    (rc = vv_cbor_get_key(&in->c, "vault", in->err)) < 0 ||
	    (rc = get_link_or_null(in, &r->vault)) < 0 ||
	    (rc = get_named(in, "author", r->author, VV_KEY_PUBLIC)) < 0 ||
	    (rc = get_named_uint(in, "version", &version)) < 0) {
		return rc;
	}
	if (version != VV_LEDGER_VERSION) {
		return vv_fail(in->err, VV_ENOSUPPORT,
			       "a record of version %s, which this varve cannot read",
			       vv_text_count(version));
	}
	if ((rc = vv_cbor_get_key(&in->c, "previous", in->err)) < 0 ||
	    (rc = get_link_or_null(in, &r->previous)) < 0 ||
	    (rc = get_named_uint(in, "sequence", &r->sequence)) < 0 ||
	    (rc = vv_cbor_end(&in->c, in->err)) < 0) {
		return rc;
	}
	if ((r->sequence == 0) != vv_cid_is_null(&r->previous) ||
	    (vv_cid_is_null(&r->vault) && (r->kind != VV_LEDGER_VAULT || r->sequence != 0))) {
		return vv_fail(in->err, VV_ECORRUPT,
			       "a record that is neither a first nor a later one");
	}
	in->c = body;
	return get_body(in, r);
}

vv_status vv_ledger_record_read_checked(vv_ledger_record *out, vv_arena *arena, const void *bytes,
					size_t len, vv_error *err)
{
	reading in = {.arena = arena, .err = err};

	if (len <= VV_SIGNATURE) return vv_fail(err, VV_ECORRUPT, "not a record of a ledger");
	vv_cbor_init(&in.c, (const uint8_t *)bytes + VV_SIGNATURE, len - VV_SIGNATURE);
	return get_record(&in, out);
}

vv_status vv_ledger_record_read(vv_ledger_record *out, vv_arena *arena, const void *bytes,
				size_t len, vv_error *err)
{
	const uint8_t *p = bytes;
	reading in = {.arena = arena, .err = err};
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if (len <= VV_SIGNATURE || len > VV_LEDGER_RECORD_MAX) {
		return vv_fail(err, VV_ECORRUPT, "not a record of a ledger");
	}
	p += VV_SIGNATURE;
	len -= VV_SIGNATURE;
	vv_cbor_init(&in.c, p, len);
	if ((rc = vv_cbor_check(p, len, err)) < 0 || (rc = get_record(&in, out)) < 0 ||
	    (rc = vv_cid_of(&out->cid, VV_CODEC_DAG_CBOR, p, len, err)) < 0) {
		return rc;
	}
	return vv_key_verify(bytes, out->author, PURPOSE, p, len, err);
}
