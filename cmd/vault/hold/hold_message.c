/*
 * hold_message: the keys of each request and answer, and their order.
 */
#include "cmd/vault/hold/hold_message.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "cmd/vault/hold/ledger_record.h"
#include "repo/blocks/cbor.h"
#include "transport/protocol/frame.h"

static const char *const ops[] = {"hold",       "hold-list",    "hold-get",
				  "hold-put",   "hold-records", "hold-remove",
				  "hold-audit", "hold-receipt", "hold-vaults"};
_Static_assert(sizeof(ops) / sizeof(ops[0]) == VV_HOLD_VAULTS + 1, "a word for each request");
_Static_assert(VV_HOLD_RECORDS_BYTES + VV_HOLD_RECORDS_MAX * 8 < VV_FRAME_MAX, "one frame");
_Static_assert(VV_LEDGER_RECORD_MAX <= VV_HOLD_RECORDS_BYTES, "every record fits");
_Static_assert(VV_HOLD_PART >= VV_SHARD_MAX, "a shard is one part");

/* Which keys a message has. DAG-CBOR's order is that of the bits: shorter ones first. */
enum {
	OP = 1u << 0,
	KEY = 1u << 1,
	FREE = 1u << 2,
	FROM = 1u << 3,
	KEPT = 1u << 4,
	LEAF = 1u << 5,
	MORE = 1u << 6,
	NAME = 1u << 7,
	PATH = 1u << 8,
	SIZE = 1u << 9,
	TERM = 1u << 10,
	TIME = 1u << 11,
	AFTER = 1u << 12,
	BYTES = 1u << 13,
	NAMES = 1u << 14,
	PLACE = 1u << 15,
	SHARD = 1u << 16,
	UNTIL = 1u << 17,
	VAULT = 1u << 18,
	VAULTS = 1u << 19,
	RECORDS = 1u << 20,
	VERSION = 1u << 21,
	SIGNATURE = 1u << 22
};
static const char *const keys[] = {"op",    "key",    "free",    "from",    "kept",     "leaf",
				   "more",  "name",   "path",    "size",    "term",     "time",
				   "after", "bytes",  "names",   "place",   "shard",    "until",
				   "vault", "vaults", "records", "version", "signature"};
#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))
_Static_assert(SIGNATURE == 1u << (KEY_COUNT - 1), "a word for each key");

static unsigned request_keys(vv_hold_op op)
{
	static const unsigned of[] = {OP | VERSION,
				      OP | NAME | AFTER | VAULT,
				      OP | FROM | NAME | SIZE | VAULT,
				      OP | BYTES | VAULT,
				      OP | VAULT | RECORDS,
				      OP | SHARD | VAULT,
				      OP | LEAF | SHARD | VAULT,
				      OP | PLACE | VAULT,
				      OP | KEY | TIME | SIGNATURE};
	return of[op];
}

static unsigned answer_keys(vv_hold_op op)
{
	static const unsigned of[] = {KEY | FREE | SIZE | TERM | VERSION,
				      MORE | NAMES,
				      BYTES,
				      0,
				      KEPT,
				      0,
				      LEAF | PATH,
				      UNTIL | SIGNATURE,
				      VAULTS};
	return of[op];
}

void vv_hold_vaults_bytes(uint8_t out[VV_HOLD_VAULTS_BYTES], const uint8_t server[VV_KEY_PUBLIC],
			  uint64_t time)
{
	memcpy(out, server, VV_KEY_PUBLIC);
	vv_put_le64(out + VV_KEY_PUBLIC, time);
}

/* --- writing --------------------------------------------------------------------------------- */

static void put_map(vv_buf *b, unsigned has)
{
	unsigned pairs = 0;

	for (unsigned rest = has; rest; rest &= rest - 1) {
		pairs++;
	}
	vv_cbor_put_map(b, pairs);
}

static void put_text(vv_buf *b, const char *text)
{
	vv_cbor_put_text(b, text, strlen(text));
}

static void put_request_key(vv_buf *b, unsigned key, const vv_hold_request *q)
{
	switch (key) {
	case OP:
		put_text(b, ops[q->op]);
		break;
	case KEY:
		vv_cbor_put_bytes(b, q->key, sizeof(q->key));
		break;
	case FROM:
		vv_cbor_put_uint(b, q->from);
		break;
	case LEAF:
		vv_cbor_put_uint(b, q->leaf);
		break;
	case NAME:
		put_text(b, q->name);
		break;
	case SIZE:
		vv_cbor_put_uint(b, q->size);
		break;
	case TIME:
		vv_cbor_put_uint(b, q->time);
		break;
	case AFTER:
		put_text(b, q->after);
		break;
	case BYTES:
		vv_cbor_put_bytes(b, q->bytes.bytes, q->bytes.len);
		break;
	case PLACE:
		vv_cbor_put_link(b, &q->place);
		break;
	case SHARD:
		vv_cbor_put_link(b, &q->shard);
		break;
	case VAULT:
		vv_cbor_put_link(b, &q->vault);
		break;
	case RECORDS:
		vv_cbor_put_array(b, q->record_count);
		for (size_t i = 0; i < q->record_count; i++) {
			vv_cbor_put_bytes(b, q->records[i].bytes, q->records[i].len);
		}
		break;
	case VERSION:
		vv_cbor_put_uint(b, q->version);
		break;
	default:
		assert(key == SIGNATURE);
		vv_cbor_put_bytes(b, q->signature, sizeof(q->signature));
		break;
	}
}

vv_status vv_hold_request_write(vv_channel *line, const vv_hold_request *q, vv_error *err)
{
	const unsigned has = request_keys(q->op);
	vv_buf b = VV_BUF_INIT;

	put_map(&b, has);
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (has & 1u << i) {
			vv_cbor_put_key(&b, keys[i]);
			put_request_key(&b, 1u << i, q);
		}
	}
	return vv_frame_write_message(line, &b, err);
}

static void put_names(vv_buf *b, const vv_hold_answer *a)
{
	vv_cbor_put_array(b, a->name_count);
	for (size_t i = 0; i < a->name_count; i++) {
		vv_cbor_put_array(b, 2);
		put_text(b, a->names[i].name);
		if (a->names[i].size == UINT64_MAX) {
			vv_cbor_put_null(b);
		} else {
			vv_cbor_put_uint(b, a->names[i].size);
		}
	}
}

static void put_answer_key(vv_buf *b, unsigned key, const vv_hold_answer *a)
{
	switch (key) {
	case KEY:
		vv_cbor_put_bytes(b, a->key, sizeof(a->key));
		break;
	case FREE:
		vv_cbor_put_uint(b, a->free);
		break;
	case KEPT:
		vv_cbor_put_uint(b, a->kept);
		break;
	case LEAF:
		vv_cbor_put_bytes(b, a->leaf.bytes, a->leaf.len);
		break;
	case MORE:
		vv_cbor_put_bool(b, a->more);
		break;
	case PATH:
		vv_cbor_put_bytes(b, a->path.bytes, a->path.len);
		break;
	case SIZE:
		vv_cbor_put_uint(b, a->size);
		break;
	case TERM:
		vv_cbor_put_uint(b, a->term);
		break;
	case BYTES:
		vv_cbor_put_bytes(b, a->bytes.bytes, a->bytes.len);
		break;
	case NAMES:
		put_names(b, a);
		break;
	case UNTIL:
		vv_cbor_put_uint(b, a->until);
		break;
	case VAULTS:
		vv_cbor_put_array(b, a->vault_count);
		for (size_t i = 0; i < a->vault_count; i++) {
			vv_cbor_put_link(b, &a->vaults[i]);
		}
		break;
	case VERSION:
		vv_cbor_put_uint(b, a->version);
		break;
	default:
		assert(key == SIGNATURE);
		vv_cbor_put_bytes(b, a->signature, sizeof(a->signature));
		break;
	}
}

vv_status vv_hold_answer_write(vv_channel *line, vv_hold_op op, const vv_hold_answer *a,
			       vv_error *err)
{
	const unsigned has = answer_keys(op);
	vv_buf b = VV_BUF_INIT;

	put_map(&b, has);
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (has & 1u << i) {
			vv_cbor_put_key(&b, keys[i]);
			put_answer_key(&b, 1u << i, a);
		}
	}
	return vv_frame_write_message(line, &b, err);
}

/* --- reading --------------------------------------------------------------------------------- */

static vv_status get_fixed(vv_cbor *c, uint8_t *out, size_t wanted, vv_error *err)
{
	const uint8_t *p;
	size_t len;
	vv_status rc = vv_cbor_get_bytes(c, &p, &len, err);

	if (rc == VV_OK && len != wanted) {
		rc = vv_fail(err, VV_ECORRUPT, "the peer sent %zu bytes where %zu belong", len,
			     wanted);
	}
	if (rc == VV_OK) {
		memcpy(out, p, len);
	}
	return rc;
}

static vv_status get_bytes(vv_cbor *c, vv_hold_bytes *out, vv_error *err)
{
	return vv_cbor_get_bytes(c, &out->bytes, &out->len, err);
}

static vv_status get_name(vv_cbor *c, vv_arena *arena, const char **out, vv_error *err)
{
	const char *text;
	size_t len;
	vv_status rc = vv_cbor_get_text(c, &text, &len, err);

	if (rc < 0) return rc;
	if (len > VV_HOLD_NAME_MAX || memchr(text, 0, len)) {
		return vv_fail(err, VV_ECORRUPT, "the peer sent a name of %zu bytes", len);
	}
	*out = vv_arena_strndup(arena, text, len);
	return *out ? VV_OK : vv_fail_nomem(err);
}

/* A list of at most max items; *out has room for them, each of so many bytes. */
static vv_status get_list(vv_cbor *c, vv_arena *arena, size_t max, size_t each, void **out,
			  size_t *count, vv_error *err)
{
	vv_status rc = vv_cbor_get_array(c, count, err);

	if (rc == VV_OK && *count > max) {
		rc = vv_fail(err, VV_ECORRUPT, "the peer sent a list of %zu, and %zu are the most",
			     *count, max);
	}
	if (rc == VV_OK && !(*out = vv_arena_calloc(arena, *count + 1, each))) {
		rc = vv_fail_nomem(err);
	}
	return rc;
}

static vv_status get_records(vv_cbor *c, vv_arena *arena, vv_hold_request *q, vv_error *err)
{
	void *list = NULL;
	size_t bytes = 0;
	vv_status rc = get_list(c, arena, VV_HOLD_RECORDS_MAX, sizeof(*q->records), &list,
				&q->record_count, err);

	q->records = list;
	for (size_t i = 0; rc == VV_OK && i < q->record_count; i++) {
		rc = get_bytes(c, &q->records[i], err);
		bytes += q->records[i].len;
	}
	if (rc == VV_OK && bytes > VV_HOLD_RECORDS_BYTES) {
		rc = vv_fail(err, VV_EREFUSED, "%zu bytes of records at once, and %u are the most",
			     bytes, VV_HOLD_RECORDS_BYTES);
	}
	return rc;
}

static vv_status get_request_key(vv_cbor *c, unsigned key, vv_arena *arena, vv_hold_request *q,
				 vv_error *err)
{
	const char *word;
	size_t len;

	switch (key) {
	case OP:
		return vv_cbor_get_text(c, &word, &len, err);
	case KEY:
		return get_fixed(c, q->key, sizeof(q->key), err);
	case FROM:
		return vv_cbor_get_uint(c, &q->from, err);
	case LEAF:
		return vv_cbor_get_uint(c, &q->leaf, err);
	case NAME:
		return get_name(c, arena, &q->name, err);
	case SIZE:
		return vv_cbor_get_uint(c, &q->size, err);
	case TIME:
		return vv_cbor_get_uint(c, &q->time, err);
	case AFTER:
		return get_name(c, arena, &q->after, err);
	case BYTES:
		return get_bytes(c, &q->bytes, err);
	case PLACE:
		return vv_cbor_get_link(c, &q->place, err);
	case SHARD:
		return vv_cbor_get_link(c, &q->shard, err);
	case VAULT:
		return vv_cbor_get_link(c, &q->vault, err);
	case RECORDS:
		return get_records(c, arena, q, err);
	case VERSION:
		return vv_cbor_get_uint(c, &q->version, err);
	default:
		return get_fixed(c, q->signature, sizeof(q->signature), err);
	}
}

/* The op's text, which comes first. */
static vv_status read_op(const void *bytes, size_t len, const char **word, size_t *word_len,
			 vv_error *err)
{
	vv_cbor c;
	size_t pairs;
	vv_status rc;

	vv_cbor_init(&c, bytes, len);
	if ((rc = vv_cbor_get_map(&c, &pairs, err)) < 0 ||
	    (rc = vv_cbor_get_key(&c, "op", err)) < 0) {
		return rc;
	}
	return vv_cbor_get_text(&c, word, word_len, err);
}

static vv_status start_map(vv_cbor *c, unsigned has, vv_error *err)
{
	size_t pairs, wanted = 0;
	vv_status rc = vv_cbor_get_map(c, &pairs, err);

	for (unsigned rest = has; rest; rest &= rest - 1) {
		wanted++;
	}
	return rc < 0 || pairs == wanted
		       ? rc
		       : vv_fail(err, VV_ECORRUPT, "the peer sent a message of %zu keys, not %zu",
				 pairs, wanted);
}

vv_status vv_hold_request_read(vv_hold_request *out, vv_arena *arena, const void *bytes, size_t len,
			       vv_error *err)
{
	const char *word;
	size_t word_len;
	unsigned op = 0;
	vv_cbor c;
	vv_status rc = read_op(bytes, len, &word, &word_len, err);

	if (rc < 0) return rc;
	while (op <= VV_HOLD_VAULTS &&
	       (strlen(ops[op]) != word_len || memcmp(ops[op], word, word_len) != 0)) {
		op++;
	}
	if (op > VV_HOLD_VAULTS) {
		return vv_fail(err, VV_ENOSUPPORT, "the request '%s' is not known here",
			       vv_text_show(word, word_len < 64 ? word_len : 64));
	}
	*out = (vv_hold_request){.op = (vv_hold_op)op};
	const unsigned has = request_keys(out->op);
	vv_cbor_init(&c, bytes, len);
	rc = start_map(&c, has, err);
	for (size_t i = 0; rc == VV_OK && i < KEY_COUNT; i++) {
		if ((has & 1u << i) && (rc = vv_cbor_get_key(&c, keys[i], err)) == VV_OK) {
			rc = get_request_key(&c, 1u << i, arena, out, err);
		}
	}
	return rc < 0 ? rc : vv_cbor_end(&c, err);
}

static vv_status get_names(vv_cbor *c, vv_arena *arena, vv_hold_answer *a, vv_error *err)
{
	void *list = NULL;
	size_t two;
	vv_cbor_type type;
	vv_status rc = get_list(c, arena, VV_HOLD_NAMES_MAX, sizeof(*a->names), &list,
				&a->name_count, err);

	a->names = list;
	for (size_t i = 0; rc == VV_OK && i < a->name_count; i++) {
		vv_hold_name *n = &a->names[i];
		if ((rc = vv_cbor_get_array(c, &two, err)) < 0) {
			break;
		}
		if (two != 2) {
			return vv_fail(err, VV_ECORRUPT, "the peer sent a name with %zu members",
				       two);
		}
		if ((rc = get_name(c, arena, &n->name, err)) < 0 ||
		    (rc = vv_cbor_peek(c, &type, err)) < 0) {
			break;
		}
		n->size = UINT64_MAX;
		rc = type == VV_CBOR_NULL ? vv_cbor_get_null(c, err)
					  : vv_cbor_get_uint(c, &n->size, err);
		if (rc == VV_OK && i > 0 && strcmp(a->names[i - 1].name, n->name) >= 0) {
			rc = vv_fail(err, VV_ECORRUPT, "the peer sent names out of order");
		}
	}
	return rc;
}

static vv_status get_vaults(vv_cbor *c, vv_arena *arena, vv_hold_answer *a, vv_error *err)
{
	void *list = NULL;
	vv_status rc = get_list(c, arena, VV_HOLD_VAULTS_MAX, sizeof(*a->vaults), &list,
				&a->vault_count, err);

	a->vaults = list;
	for (size_t i = 0; rc == VV_OK && i < a->vault_count; i++) {
		rc = vv_cbor_get_link(c, &a->vaults[i], err);
	}
	return rc;
}

static vv_status get_answer_key(vv_cbor *c, unsigned key, vv_arena *arena, vv_hold_answer *a,
				vv_error *err)
{
	switch (key) {
	case KEY:
		return get_fixed(c, a->key, sizeof(a->key), err);
	case FREE:
		return vv_cbor_get_uint(c, &a->free, err);
	case KEPT:
		return vv_cbor_get_uint(c, &a->kept, err);
	case LEAF:
		return get_bytes(c, &a->leaf, err);
	case MORE:
		return vv_cbor_get_bool(c, &a->more, err);
	case PATH:
		return get_bytes(c, &a->path, err);
	case SIZE:
		return vv_cbor_get_uint(c, &a->size, err);
	case TERM:
		return vv_cbor_get_uint(c, &a->term, err);
	case BYTES:
		return get_bytes(c, &a->bytes, err);
	case NAMES:
		return get_names(c, arena, a, err);
	case UNTIL:
		return vv_cbor_get_uint(c, &a->until, err);
	case VAULTS:
		return get_vaults(c, arena, a, err);
	case VERSION:
		return vv_cbor_get_uint(c, &a->version, err);
	default:
		return get_fixed(c, a->signature, sizeof(a->signature), err);
	}
}

vv_status vv_hold_answer_read(vv_hold_answer *out, vv_hold_op op, vv_arena *arena,
			      const void *bytes, size_t len, vv_error *err)
{
	const unsigned has = answer_keys(op);
	vv_cbor c;

	memset(out, 0, sizeof(*out));
	vv_cbor_init(&c, bytes, len);
	vv_status rc = start_map(&c, has, err);
	for (size_t i = 0; rc == VV_OK && i < KEY_COUNT; i++) {
		if ((has & 1u << i) && (rc = vv_cbor_get_key(&c, keys[i], err)) == VV_OK) {
			rc = get_answer_key(&c, 1u << i, arena, out, err);
		}
	}
	return rc < 0 ? rc : vv_cbor_end(&c, err);
}
