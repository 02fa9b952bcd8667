/*
 * ledger_record: the maps.
 */
#include "cmd/vault/hold/ledger_record.h"

#include <string.h>

#include "base/array.h"
#include "base/secret.h"
#include "base/text.h"
#include "repo/blocks/cbor_members.h"

#define PURPOSE "varve record 1"
#define LIST_MAX 65536u

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

	vv_array_each(r->stripes, r->stripe_count, stripe) {
		count += stripe->code.parity;
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
		return vv_fail(err, VV_ECORRUPT, "the receipt belongs to another place record");
	}
	if (!place->has_key) return VV_OK;
	if (!receipt->has_key || memcmp(receipt->key, place->key, VV_KEY_PUBLIC) != 0) {
		return vv_fail(err, VV_ECORRUPT, "the holder's key did not sign the receipt");
	}
	vv_receipt_bytes(bytes, &place->cid, receipt->until);
	return vv_key_verify(receipt->signature, place->key, VV_RECEIPT_PURPOSE, bytes,
			     sizeof(bytes), err);
}

/* --- the maps --------------------------------------------------------------------------------- */

#define AT(member) offsetof(vv_ledger_record, member)
#define ITEM(list) sizeof(*((vv_ledger_record *)0)->list)

static bool fits_shard(const void *item)
{
	const vv_shard *s = item;
	return vv_leaves_valid(s->leaves) && s->cid.codec == VV_CODEC_RAW;
}

static const vv_member a_key = {NULL, VV_MEMBER_FIXED, .size = VV_KEY_PUBLIC};
static const vv_member a_link = {.type = VV_MEMBER_LINK};
static const vv_member a_box = {NULL, VV_MEMBER_BYTES, .at = offsetof(vv_box, bytes),
				.more = offsetof(vv_box, len)};
static const vv_member a_shard[] = {
	{NULL, VV_MEMBER_LINK, .at = offsetof(vv_shard, cid)},
	{NULL, VV_MEMBER_UINT32, .at = offsetof(vv_shard, leaves)},
	{NULL, VV_MEMBER_FIXED, .at = offsetof(vv_shard, root), .size = VV_SHA256_LEN}};
static const vv_member a_removed[] = {
	{NULL, VV_MEMBER_FIXED, .at = offsetof(vv_removed, key), .size = VV_KEY_PUBLIC},
	{NULL, VV_MEMBER_LINK, .null_ok = true, .at = offsetof(vv_removed, last)}};

#define LIST(list, count, one, items)                                                              \
	VV_MEMBER_LIST, .at = AT(list), .more = AT(count), .size = ITEM(list), .max = LIST_MAX,    \
			.item = (one), .item_count = (items)
#define LINKS LIST(links, link_count, &a_link, 1)
#define KEYS LIST(keys, key_count, &a_key, 1)
#define SHARDS LIST(shards, shard_count, a_shard, 3), .fits = fits_shard
#define KEY_OR_NULL                                                                                \
	VV_MEMBER_FIXED, .null_ok = true, .at = AT(key), .more = AT(has_key), .size = VV_KEY_PUBLIC
#define HOLDER VV_MEMBER_FIXED, .at = AT(holder), .size = VV_HOLDER_ID
#define SEALED VV_MEMBER_BYTES, .at = AT(sealed), .more = AT(sealed_len)

static const vv_member first_body[] = {{"owners", KEYS}};
/* Then "stripes". */
static const vv_member vault_body[] = {{"epoch", VV_MEMBER_LINK, .at = AT(link)},
				       {"heads", LINKS},
				       {"places", SEALED, .null_ok = true},
				       {"shards", SHARDS}};
static const vv_member epoch_body[] = {{"boxes", LIST(boxes, box_count, &a_box, 1)},
				       {"sealed", SEALED},
				       {"removed", LIST(removed, removed_count, a_removed, 2)},
				       {"writers", KEYS},
				       {"previous", LINKS}};
static const vv_member place_body[] = {{"key", KEY_OR_NULL},
				       {"holder", HOLDER},
				       {"shards", SHARDS}};
static const vv_member receipt_body[] = {{"by", KEY_OR_NULL},
					 {"place", VV_MEMBER_LINK, .at = AT(link)},
					 {"until", VV_MEMBER_UINT, .at = AT(until)},
					 {"signature", VV_MEMBER_FIXED, .null_ok = true,
					  .at = AT(signature), .more = AT(is_signed),
					  .size = VV_SIGNATURE}};
static const vv_member audit_body[] = {{"bad", LINKS},
				       {"good", VV_MEMBER_UINT, .at = AT(good)},
				       {"asked", VV_MEMBER_UINT, .at = AT(asked)},
				       {"nonce", VV_MEMBER_FIXED, .at = AT(nonce), .size = 32},
				       {"answer", VV_MEMBER_FIXED, .at = AT(answer), .size = 32},
				       {"holder", HOLDER}};
static const vv_member retire_body[] = {{"shards", LINKS}};
static const vv_member drop_body[] = {{"key", KEY_OR_NULL}, {"holder", HOLDER}, {"shards", LINKS}};

static const struct {
	const char *name;
	const vv_member *body;
	size_t count;
} kinds[] = {{"vault", vault_body, 4},     {"epoch", epoch_body, 5}, {"place", place_body, 3},
	     {"receipt", receipt_body, 4}, {"audit", audit_body, 6}, {"retire", retire_body, 1},
	     {"drop", drop_body, 3}};

/* After the body and the kind; those from NEWER on a newer version may have in another form. */
static const vv_member rest[] = {
	{"time", VV_MEMBER_UINT, .at = AT(time)},
	{"vault", VV_MEMBER_LINK, .null_ok = true, .at = AT(vault)},
	{"author", VV_MEMBER_FIXED, .at = AT(author), .size = VV_KEY_PUBLIC},
	{"version", VV_MEMBER_UINT, .at = AT(version)},
	{"previous", VV_MEMBER_LINK, .null_ok = true, .at = AT(previous)},
	{"sequence", VV_MEMBER_UINT, .at = AT(sequence)}};
enum { NEWER = 4, REST = 6 };

const char *vv_ledger_kind_name(vv_ledger_kind kind)
{
	return kinds[kind].name;
}

static bool is_first(const vv_ledger_record *r)
{
	return r->kind == VV_LEDGER_VAULT && vv_cid_is_null(&r->vault);
}

/* --- stripes ---------------------------------------------------------------------------------- */

typedef struct parity {
	vv_shard *shards;
	size_t count;
} parity;

static const vv_member parity_list = {NULL,
				      VV_MEMBER_LIST,
				      .at = offsetof(parity, shards),
				      .more = offsetof(parity, count),
				      .size = sizeof(vv_shard),
				      .max = VV_STRIPE_MAX,
				      .item = a_shard,
				      .item_count = 3,
				      .fits = fits_shard};

static void put_stripes(vv_buf *b, const vv_ledger_record *r)
{
	vv_cbor_add_array(b, "stripes", r->stripe_count);
	vv_array_each(r->stripes, r->stripe_count, stripe) {
		const parity p = {stripe->parity, stripe->code.parity};
		vv_cbor_put_array(b, 2);
		vv_cbor_put_uint(b, stripe->code.data);
		vv_member_put(b, &parity_list, &p);
	}
}

static bool all_full(const vv_shard *shards, size_t count)
{
	return !vv_array_find(shards, count, s, s->leaves != VV_LEAVES_MAX);
}

static vv_status get_stripes(vv_members_in *in, vv_ledger_record *r, vv_error *err)
{
	uint64_t data;
	size_t first = 0;
	vv_status rc;

	if ((rc = vv_cbor_get_key(&in->c, "stripes", err)) < 0 ||
	    (rc = vv_cbor_get_array(&in->c, &r->stripe_count, err)) < 0) {
		return rc;
	}
	if (!(r->stripes = vv_arena_calloc(in->arena, r->stripe_count + 1, sizeof(*r->stripes)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < r->stripe_count; i++, first += data) {
		parity p = {NULL, 0};
		if ((rc = vv_members_get_tuple(in, 2, err)) < 0 ||
		    (rc = vv_cbor_get_uint(&in->c, &data, err)) < 0 ||
		    (rc = vv_member_get(in, &parity_list, &p, err)) < 0) {
			return rc;
		}
		if (!vv_code_valid(data, p.count) || data > r->shard_count - first) {
			return vv_fail(err, VV_ECORRUPT,
				       "a stripe is invalid, or has more shards than the record");
		}
		if (!all_full(r->shards + first, data) || !all_full(p.shards, p.count)) {
			return vv_fail(err, VV_ECORRUPT, "a stripe of shards that are not full");
		}
		r->stripes[i] = (vv_stripe){{(uint32_t)data, (uint32_t)p.count}, p.shards};
	}
	return VV_OK;
}

/* --- writing ---------------------------------------------------------------------------------- */

static void put_body(vv_buf *b, const vv_ledger_record *r)
{
	const bool first = is_first(r), run = r->kind == VV_LEDGER_VAULT && !first;
	const size_t count = first ? 1 : kinds[r->kind].count;

	vv_cbor_put_map(b, count + run);
	vv_members_put(b, first ? first_body : kinds[r->kind].body, count, r);
	if (run) {
		put_stripes(b, r);
	}
}

vv_status vv_ledger_record_put(vv_buf *out, vv_ledger_record *r, vv_error *err)
{
	const uint8_t none[VV_SIGNATURE] = {0};
	vv_status rc;

	r->version = VV_LEDGER_VERSION;
	r->is_signed = r->has_key;
	vv_buf_set(out, none, sizeof(none));
	vv_cbor_put_map(out, 2 + REST);
	vv_cbor_put_key(out, "body");
	put_body(out, r);
	vv_cbor_add_text(out, "kind", kinds[r->kind].name);
	vv_members_put(out, rest, REST, r);
	if ((rc = vv_buf_ok(out, err)) < 0 || out->len <= VV_LEDGER_RECORD_MAX) return rc;
	return vv_fail(err, VV_EREFUSED, "a record of %s, which is too long",
		       vv_text_bytes(out->len));
}

vv_status vv_ledger_record_sign(vv_buf *out, vv_ledger_record *r, const vv_key *author,
				vv_error *err)
{
	uint8_t signature[VV_SIGNATURE];
	vv_status rc;

	memcpy(r->author, author->public_key, VV_KEY_PUBLIC);
	if ((rc = vv_ledger_record_put(out, r, err)) < 0) return rc;
	const char *bytes = out->data + VV_SIGNATURE;
	const size_t len = out->len - VV_SIGNATURE;
	if ((rc = vv_cid_of(&r->cid, VV_CODEC_DAG_CBOR, bytes, len, err)) < 0 ||
	    (rc = vv_key_sign(signature, author, PURPOSE, bytes, len, err)) < 0) {
		return rc;
	}
	memcpy(out->data, signature, sizeof(signature));
	return VV_OK;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* The body is first and cannot be read before the kind is known. */
static vv_status get_body(vv_members_in *in, vv_ledger_record *r, vv_error *err)
{
	const bool first = is_first(r), run = r->kind == VV_LEDGER_VAULT && !first;
	const size_t count = first ? 1 : kinds[r->kind].count;
	vv_status rc;

	if ((rc = vv_members_get_map(in, count + run, err)) < 0 ||
	    (rc = vv_members_get(in, first ? first_body : kinds[r->kind].body, count, r, err)) <
		    0) {
		return rc;
	}
	if (r->kind == VV_LEDGER_RECEIPT && r->is_signed != r->has_key) {
		return vv_fail(err, VV_ECORRUPT, "a receipt has an incomplete signature");
	}
	return run ? get_stripes(in, r, err) : VV_OK;
}

static vv_status get_kind(vv_members_in *in, vv_ledger_kind *out, vv_error *err)
{
	size_t kind;
	vv_status rc;

	if ((rc = vv_cbor_get_key(&in->c, "kind", err)) < 0 ||
	    (rc = vv_cbor_get_word(&in->c, kinds, &kind, err)) < 0) {
		return rc == VV_ENOSUPPORT ? vv_prefix(err, "the kind of a record") : rc;
	}
	*out = (vv_ledger_kind)kind;
	return VV_OK;
}

static vv_status get_record(vv_members_in *in, vv_ledger_record *r, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_members_get_map(in, 2 + REST, err)) < 0 ||
	    (rc = vv_cbor_get_key(&in->c, "body", err)) < 0) {
		return rc;
	}
	vv_cbor body = in->c;
	if ((rc = vv_cbor_skip(&in->c, err)) < 0 || (rc = get_kind(in, &r->kind, err)) < 0 ||
	    (rc = vv_members_get(in, rest, NEWER, r, err)) < 0) {
		return rc;
	}
	if (r->version != VV_LEDGER_VERSION) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "a record of version %s, which this varve cannot read",
			       vv_text_count(r->version));
	}
	if ((rc = vv_members_get(in, rest + NEWER, REST - NEWER, r, err)) < 0 ||
	    (rc = vv_cbor_end(&in->c, err)) < 0) {
		return rc;
	}
	if ((r->sequence == 0) != vv_cid_is_null(&r->previous) ||
	    (vv_cid_is_null(&r->vault) && (r->kind != VV_LEDGER_VAULT || r->sequence != 0))) {
		return vv_fail(err, VV_ECORRUPT, "a record has an invalid number or predecessor");
	}
	in->c = body;
	return get_body(in, r, err);
}

vv_status vv_ledger_record_read_checked(vv_ledger_record *out, vv_arena *arena, const void *bytes,
					size_t len, vv_error *err)
{
	vv_members_in in = {.arena = arena};

	if (len <= VV_SIGNATURE) return vv_fail(err, VV_ECORRUPT, "not a record of a ledger");
	in.c = vv_cbor_of((const uint8_t *)bytes + VV_SIGNATURE, len - VV_SIGNATURE);
	return get_record(&in, out, err);
}

vv_status vv_ledger_record_read(vv_ledger_record *out, vv_arena *arena, const void *bytes,
				size_t len, vv_error *err)
{
	const uint8_t *p = bytes;
	vv_members_in in = {.arena = arena};
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if (len <= VV_SIGNATURE || len > VV_LEDGER_RECORD_MAX) {
		return vv_fail(err, VV_ECORRUPT, "not a record of a ledger");
	}
	p += VV_SIGNATURE;
	len -= VV_SIGNATURE;
	in.c = vv_cbor_of(p, len);
	if ((rc = vv_cbor_check(p, len, err)) < 0 || (rc = get_record(&in, out, err)) < 0 ||
	    (rc = vv_cid_of(&out->cid, VV_CODEC_DAG_CBOR, p, len, err)) < 0) {
		return rc;
	}
	return vv_key_verify(bytes, out->author, PURPOSE, p, len, err);
}
