/*
 * hold_message: the keys of each request and answer, and their order.
 */
#include "cmd/vault/hold/hold_message.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "cmd/vault/hold/ledger_record.h"
#include "repo/blocks/cbor_members.h"
#include "transport/protocol/frame.h"

_Static_assert(VV_HOLD_RECORDS_BYTES + VV_HOLD_RECORDS_MAX * 8 < VV_FRAME_MAX, "one frame");
_Static_assert(VV_LEDGER_RECORD_MAX <= VV_HOLD_RECORDS_BYTES, "every record fits");
_Static_assert(VV_HOLD_PART >= VV_SHARD_MAX, "a shard is one part");

#define AT(member) offsetof(vv_hold_message, member)
#define ITEM(list) sizeof(*((vv_hold_message *)0)->list)

static const vv_member a_name[] = {
	{.type = VV_MEMBER_TEXT, .at = offsetof(vv_hold_name, name), .max = VV_HOLD_NAME_MAX},
	{.type = VV_MEMBER_UINT, .at = offsetof(vv_hold_name, size), .null_ok = true}};
static const vv_member a_link = {.type = VV_MEMBER_LINK};
static const vv_member a_record = {.type = VV_MEMBER_BYTES,
				   .at = offsetof(vv_hold_bytes, bytes),
				   .more = offsetof(vv_hold_bytes, len)};

/* DAG-CBOR's order: shorter keys first. "op" is before all others. */
enum {
	END,
	KEY,
	FROM,
	KEPT,
	LEAF,
	SHOWN,
	MORE,
	NAME,
	PATH,
	SIZE,
	TIME,
	AFTER,
	BYTES,
	NAMES,
	PLACE,
	SHARD,
	UNTIL,
	VAULT,
	VAULTS,
	RECORDS,
	VERSION,
	SIGNATURE
};
static const vv_member members[] = {
	[KEY] = {"key", VV_MEMBER_FIXED, .at = AT(key), .size = VV_KEY_PUBLIC},
	[FROM] = {"from", VV_MEMBER_UINT, .at = AT(from)},
	[KEPT] = {"kept", VV_MEMBER_UINT, .at = AT(kept)},
	[LEAF] = {"leaf", VV_MEMBER_UINT, .at = AT(leaf)},
	[SHOWN] = {"leaf", VV_MEMBER_BYTES, .at = AT(shown.bytes), .more = AT(shown.len)},
	[MORE] = {"more", VV_MEMBER_BOOL, .at = AT(more)},
	[NAME] = {"name", VV_MEMBER_TEXT, .at = AT(name), .max = VV_HOLD_NAME_MAX},
	[PATH] = {"path", VV_MEMBER_BYTES, .at = AT(path.bytes), .more = AT(path.len)},
	[SIZE] = {"size", VV_MEMBER_UINT, .at = AT(size)},
	[TIME] = {"time", VV_MEMBER_UINT, .at = AT(time)},
	[AFTER] = {"after", VV_MEMBER_TEXT, .at = AT(after), .max = VV_HOLD_NAME_MAX},
	[BYTES] = {"bytes", VV_MEMBER_BYTES, .at = AT(bytes.bytes), .more = AT(bytes.len)},
	[NAMES] = {"names", VV_MEMBER_LIST, .at = AT(names), .more = AT(name_count),
		   .size = ITEM(names), .max = VV_HOLD_NAMES_MAX, .item = a_name, .item_count = 2},
	[PLACE] = {"place", VV_MEMBER_LINK, .at = AT(place)},
	[SHARD] = {"shard", VV_MEMBER_LINK, .at = AT(shard)},
	[UNTIL] = {"until", VV_MEMBER_UINT, .at = AT(until)},
	[VAULT] = {"vault", VV_MEMBER_LINK, .at = AT(vault)},
	[VAULTS] = {"vaults", VV_MEMBER_LIST, .at = AT(vaults), .more = AT(vault_count),
		    .size = ITEM(vaults), .max = VV_HOLD_VAULTS_MAX, .item = &a_link,
		    .item_count = 1},
	[RECORDS] = {"records", VV_MEMBER_LIST, .at = AT(records), .more = AT(record_count),
		     .size = ITEM(records), .max = VV_HOLD_RECORDS_MAX, .item = &a_record,
		     .item_count = 1},
	[VERSION] = {"version", VV_MEMBER_UINT, .at = AT(version)},
	[SIGNATURE] = {"signature", VV_MEMBER_FIXED, .at = AT(signature), .size = VV_SIGNATURE},
};

static const struct {
	const char *word;
	uint8_t asked[5], answered[6]; /* their members, to END */
} ops[] = {{"hold", {VERSION}, {KEY, VERSION}},
	   {"hold-list", {NAME, AFTER, VAULT}, {MORE, NAMES}},
	   {"hold-get", {FROM, NAME, SIZE, VAULT}, {BYTES}},
	   {"hold-put", {BYTES, VAULT}, {END}},
	   {"hold-records", {VAULT, RECORDS}, {KEPT}},
	   {"hold-remove", {SHARD, VAULT}, {END}},
	   {"hold-audit", {LEAF, SHARD, VAULT}, {SHOWN, PATH}},
	   {"hold-receipt", {PLACE, VAULT}, {UNTIL, SIGNATURE}},
	   {"hold-vaults", {KEY, TIME, SIGNATURE}, {VAULTS}}};
_Static_assert(sizeof(ops) / sizeof(ops[0]) == VV_HOLD_VAULTS + 1, "a word for each request");

void vv_hold_vaults_bytes(uint8_t out[VV_HOLD_VAULTS_BYTES], const uint8_t server[VV_KEY_PUBLIC],
			  uint64_t time)
{
	memcpy(out, server, VV_KEY_PUBLIC);
	vv_put_le64(out + VV_KEY_PUBLIC, time);
}

/* word NULL: an answer. */
static vv_status write_message(vv_channel *line, const char *word, const uint8_t *has,
			       const vv_hold_message *m, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	size_t count = 0;

	while (has[count] != END) {
		count++;
	}
	vv_cbor_put_map(&b, count + (word ? 1 : 0));
	if (word) {
		vv_cbor_add_text(&b, "op", word);
	}
	for (size_t i = 0; i < count; i++) {
		vv_members_put(&b, &members[has[i]], 1, m);
	}
	return vv_frame_write_message(line, &b, err);
}

vv_status vv_hold_request_write(vv_channel *line, const vv_hold_message *q, vv_error *err)
{
	return write_message(line, ops[q->op].word, ops[q->op].asked, q, err);
}

vv_status vv_hold_answer_write(vv_channel *line, vv_hold_op op, const vv_hold_message *a,
			       vv_error *err)
{
	return write_message(line, NULL, ops[op].answered, a, err);
}

/* Reads the remaining pairs of the map; in is before the first of them. */
static vv_status read_members(vv_members_in *in, const uint8_t *has, size_t pairs,
			      vv_hold_message *m, vv_error *err)
{
	size_t i = 0;
	vv_status rc;

	for (; has[i] != END; i++) {
		if ((rc = vv_members_get(in, &members[has[i]], 1, m, err)) < 0) return rc;
	}
	return i == pairs ? vv_cbor_end(&in->c, err)
			  : vv_fail(err, VV_ECORRUPT,
				    "the peer sent a message of %zu keys, not %zu", pairs, i);
}

vv_status vv_hold_request_read(vv_hold_message *out, vv_arena *arena, const void *bytes, size_t len,
			       vv_error *err)
{
	vv_members_in in = {.arena = arena};
	size_t pairs, op, sum = 0;
	vv_status rc;

	in.c = vv_cbor_of(bytes, len);
	if ((rc = vv_cbor_get_map(&in.c, &pairs, err)) < 0 ||
	    (rc = vv_cbor_get_key(&in.c, "op", err)) < 0 ||
	    (rc = vv_cbor_get_word(&in.c, ops, &op, err)) < 0) {
		return rc == VV_ENOSUPPORT ? vv_prefix(err, "the request") : rc;
	}
	*out = (vv_hold_message){.op = (vv_hold_op)op};
	if ((rc = read_members(&in, ops[op].asked, pairs - 1, out, err)) < 0) return rc;
	vv_array_each(out->records, out->record_count, record) {
		sum += record->len;
	}
	return sum <= VV_HOLD_RECORDS_BYTES
		       ? VV_OK
		       : vv_fail(err, VV_EREFUSED,
				 "the peer sent %zu bytes of records at once; at most %u are accepted",
				 sum, VV_HOLD_RECORDS_BYTES);
}

vv_status vv_hold_answer_read(vv_hold_message *out, vv_hold_op op, vv_arena *arena,
			      const void *bytes, size_t len, vv_error *err)
{
	vv_members_in in = {.arena = arena};
	size_t pairs;
	vv_status rc;

	*out = (vv_hold_message){.op = op};
	in.c = vv_cbor_of(bytes, len);
	if ((rc = vv_cbor_get_map(&in.c, &pairs, err)) < 0 ||
	    (rc = read_members(&in, ops[op].answered, pairs, out, err)) < 0) {
		return rc;
	}
	for (size_t i = 1; i < out->name_count; i++) {
		if (strcmp(out->names[i - 1].name, out->names[i].name) >= 0) {
			return vv_fail(err, VV_ECORRUPT, "the peer sent names out of order");
		}
	}
	return VV_OK;
}
