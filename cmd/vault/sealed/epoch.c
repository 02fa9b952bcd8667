/*
 * epoch: the content of a box.
 */
#include "cmd/vault/sealed/epoch.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/array.h"
#include "base/secret.h"
#include "base/sys.h"
#include "repo/blocks/cbor_members.h"

#define PURPOSE "varve epoch 1"
#define READERS_MAX 1024u
#define EPOCHS_MAX 4096u

enum {
	BOXED = VV_CID_BYTES + 32 + VV_SEAL_SECRET,
	AD = sizeof(PURPOSE) - 1 + VV_CID_BYTES + 32,
	SEALED_HEAD = VV_SEAL_NONCE + VV_SEAL_TAG
};

static void before_of(uint8_t out[32], const vv_cid *links, size_t count)
{
	memset(out, 0, 32);
	if (count > 0) {
		memcpy(out, links[0].digest, 32);
	}
}

static void fill_associated(uint8_t ad[AD], const vv_cid *vault, const uint8_t before[32])
{
	const size_t n = sizeof(PURPOSE) - 1;

	memcpy(ad, PURPOSE, n);
	vv_cid_write(ad + n, vault);
	memcpy(ad + n + VV_CID_BYTES, before, 32);
}

/* Appends nonce, tag and the sealed bytes of plain. */
static vv_status put_sealed(vv_buf *out, const vv_buf *plain, const uint8_t secret[VV_SEAL_SECRET],
			    const uint8_t *ad, size_t ad_len, vv_error *err)
{
	vv_status rc = vv_buf_ok(plain, err);

	if (rc < 0) return rc;
	if (!vv_buf_reserve(out, SEALED_HEAD + plain->len)) return vv_fail_nomem(err);
	uint8_t *p = (uint8_t *)out->data + out->len;
	out->len += SEALED_HEAD + plain->len;
	return vv_seal(p + SEALED_HEAD, p, p + VV_SEAL_NONCE, secret, VV_SEAL_WRAP, ad, ad_len,
		       plain->data, plain->len, err);
}

/* Appends what is sealed in the record. */
static vv_status get_sealed(vv_buf *out, const vv_ledger_record *r,
			    const uint8_t secret[VV_SEAL_SECRET], const uint8_t *ad, size_t ad_len,
			    vv_error *err)
{
	const size_t len = r->sealed_len - SEALED_HEAD;

	if (!vv_buf_reserve(out, len)) return vv_fail_nomem(err);
	const vv_status rc = vv_unseal((uint8_t *)out->data + out->len, r->sealed,
				       r->sealed + VV_SEAL_NONCE, secret, VV_SEAL_WRAP, ad, ad_len,
				       r->sealed + SEALED_HEAD, len, err);
	out->len += rc == VV_OK ? len : 0;
	out->data[out->len] = '\0';
	return rc;
}

/* --- reading --------------------------------------------------------------------------------- */

void vv_epoch_secrets_clear(vv_epoch_secrets *x)
{
	if (x->items) {
		vv_wipe(x->items, x->count * sizeof(*x->items));
	}
	vv_free_all(x->items, x->readers);
	memset(x, 0, sizeof(*x));
}

static const vv_epoch_secret *find_secret(const vv_epoch_secrets *x, const vv_cid *epoch)
{
	return vv_array_find(x->items, x->count, one, vv_cid_equal(&one->epoch, epoch));
}

static vv_status note_secret(vv_epoch_secrets *x, const vv_cid *epoch, const uint8_t *secret,
			     vv_error *err)
{
	if (find_secret(x, epoch)) return VV_OK;
	if (x->count >= EPOCHS_MAX) {
		return vv_fail(err, VV_EREFUSED, "the vault has too many epochs");
	}
	vv_epoch_secret *more = vv_calloc(x->count + 1, sizeof(*more));
	if (!more) return vv_fail_nomem(err);
	if (x->count > 0) {
		memcpy(more, x->items, x->count * sizeof(*more));
		vv_wipe(x->items, x->count * sizeof(*more));
	}
	more[x->count].epoch = *epoch;
	memcpy(more[x->count].secret, secret, VV_SEAL_SECRET);
	vv_free(x->items);
	x->items = more;
	x->count++;
	return VV_OK;
}

/* The sealed content of an epoch. */
typedef struct inner {
	uint8_t (*readers)[VV_KEY_PUBLIC];
	vv_epoch_secret *secrets;
	size_t reader_count, secret_count;
} inner;

static const vv_member a_reader = {NULL, VV_MEMBER_FIXED, .size = VV_KEY_PUBLIC};
static const vv_member a_secret[] = {
	{NULL, VV_MEMBER_LINK, .at = offsetof(vv_epoch_secret, epoch)},
	{NULL, VV_MEMBER_FIXED, .at = offsetof(vv_epoch_secret, secret), .size = VV_SEAL_SECRET}};
static const vv_member inner_members[] = {
	{"readers", VV_MEMBER_LIST, .at = offsetof(inner, readers),
	 .more = offsetof(inner, reader_count), .size = VV_KEY_PUBLIC, .max = READERS_MAX,
	 .item = &a_reader, .item_count = 1},
	{"secrets", VV_MEMBER_LIST, .at = offsetof(inner, secrets),
	 .more = offsetof(inner, secret_count), .size = sizeof(vv_epoch_secret), .max = EPOCHS_MAX,
	 .item = a_secret, .item_count = 2}};

static vv_status keep_readers(vv_epoch_secrets *x, const inner *of, vv_error *err)
{
	x->readers = vv_calloc(of->reader_count + 1, sizeof(*x->readers));
	if (!x->readers) return vv_fail_nomem(err);
	memcpy(x->readers, of->readers, of->reader_count * sizeof(*x->readers));
	x->reader_count = of->reader_count;
	x->last = true;
	return VV_OK;
}

/* Readers of the last epoch are kept; secrets of all are. */
static vv_status read_inner(vv_epoch_secrets *x, const uint8_t *bytes, size_t len, bool last,
			    vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_members_in in = {.arena = &arena};
	inner of = {.readers = NULL};
	vv_status rc;

	in.c = vv_cbor_of(bytes, len);
	if ((rc = vv_cbor_check(bytes, len, err)) < 0 ||
	    (rc = vv_members_get_map(&in, 2, err)) < 0) {
		return rc;
	}
	if ((rc = vv_members_get(&in, inner_members, 2, &of, err)) == VV_OK && last) {
		rc = keep_readers(x, &of, err);
	}
	for (size_t i = 0; rc == VV_OK && i < of.secret_count; i++) {
		rc = note_secret(x, &of.secrets[i].epoch, of.secrets[i].secret, err);
	}
	if (of.secrets) {
		vv_wipe(of.secrets, of.secret_count * sizeof(*of.secrets));
	}
	return rc < 0 ? rc : vv_cbor_end(&in.c, err);
}

/* VV_OK, with nothing noted, when no box of it is ours. */
static vv_status open_epoch(vv_epoch_secrets *x, const vv_ledger_record *r, const vv_cid *vault,
			    const vv_key *key, bool last, vv_error *err)
{
	uint8_t wanted[VV_CID_BYTES + 32], secret[VV_SEAL_SECRET], ad[AD];
	vv_auto(vv_secret_buf) plain = VV_BUF_INIT;
	bool ours = false;
	vv_status rc;

	vv_cid_write(wanted, vault);
	before_of(wanted + VV_CID_BYTES, r->links, r->link_count);
	for (size_t i = 0; !ours && i < r->box_count; i++) {
		vv_auto(vv_secret_buf) box = VV_BUF_INIT;
		/* An old box, or one of another vault, is not this epoch's. */
		ours = vv_key_box_open(&box, key, r->boxes[i].bytes, r->boxes[i].len, VV_IGNORED) ==
			       VV_OK &&
		       box.len == BOXED && memcmp(box.data, wanted, sizeof(wanted)) == 0;
		if (ours) {
			memcpy(secret, box.data + sizeof(wanted), VV_SEAL_SECRET);
		}
	}
	if (!ours || r->sealed_len < SEALED_HEAD) {
		return ours ? vv_fail(err, VV_ECORRUPT,
				      "the record %s of the vault is damaged: its sealed key is cut",
				      vv_cid_shows(&r->cid))
			    : VV_OK;
	}
	fill_associated(ad, vault, wanted + VV_CID_BYTES);
	if ((rc = get_sealed(&plain, r, secret, ad, AD, err)) == VV_OK &&
	    (rc = note_secret(x, &r->cid, secret, err)) == VV_OK) {
		rc = read_inner(x, (const uint8_t *)plain.data, plain.len, last, err);
	}
	vv_wipe(secret, sizeof(secret));
	return rc;
}

vv_status vv_epoch_secrets_open(vv_epoch_secrets *out, const vv_vault_state *s, const vv_cid *vault,
				const vv_key *key, vv_error *err)
{
	const size_t count = s->epochs.count;
	vv_status rc = VV_OK;

	memset(out, 0, sizeof(*out));
	for (size_t i = count; rc == VV_OK && i > 0; i--) {
		const vv_ledger_record *r = s->epochs.items[i - 1];
		if (i == count || !find_secret(out, &r->cid)) {
			rc = open_epoch(out, r, vault, key, i == count, err);
		}
	}
	if (rc == VV_OK && out->count == 0) {
		rc = vv_fail(
			err, VV_EREFUSED,
			"the vault is not sealed to the key %s\nan owner can let the key read with 'varve vault readers add DID'; to use another key, such as the recovery key, add --key FILE",
			vv_did_shows(key->public_key));
	}
	if (rc < 0) {
		vv_epoch_secrets_clear(out);
	}
	return rc;
}

vv_status vv_epoch_seal_of(vv_shard_seal *out, const vv_epoch_secrets *x, const vv_cid *vault,
			   const uint8_t name[VV_EPOCH_NAME], vv_error *err)
{
	const vv_epoch_secret *of = vv_array_find(
		x->items, x->count, one, memcmp(one->epoch.digest, name, VV_EPOCH_NAME) == 0);

	if (!of) {
		return vv_fail(
			err, VV_EREFUSED,
			"this key cannot read a shard, since it is not a reader of the vault\nan owner can add it with 'varve vault readers add DID'");
	}
	out->vault = *vault;
	memcpy(out->epoch, name, VV_EPOCH_NAME);
	memcpy(out->secret, of->secret, VV_SEAL_SECRET);
	return VV_OK;
}

vv_status vv_epoch_seal_now(vv_shard_seal *out, vv_cid *epoch, const vv_epoch_secrets *x,
			    const vv_vault_state *s, const vv_cid *vault, vv_error *err)
{
	const size_t count = s->epochs.count;

	if (count == 0) return vv_fail(err, VV_EMISSING, "the vault has no epoch yet");
	*epoch = s->epochs.items[count - 1]->cid;
	return vv_epoch_seal_of(out, x, vault, epoch->digest, err);
}

vv_status vv_epoch_holder_id(uint8_t out[VV_HOLDER_ID], const vv_epoch_secrets *x,
			     const vv_vault_state *s, const char *url, vv_error *err)
{
	const vv_epoch_secret *first = s->epochs.count > 0
					       ? find_secret(x, &s->epochs.items[0]->cid)
					       : NULL;

	return first ? vv_seal_name(out, first->secret, url, err)
		     : vv_fail(err, VV_EREFUSED, "this key cannot open the vault's first epoch");
}

/* --- the list of holders --------------------------------------------------------------------- */

#define PLACES "varve places 1"
#define PLACES_UNIT 256u

static void places_associated(uint8_t ad[sizeof(PLACES) - 1 + VV_CID_BYTES], const vv_cid *vault)
{
	memcpy(ad, PLACES, sizeof(PLACES) - 1);
	vv_cid_write(ad + sizeof(PLACES) - 1, vault);
}

vv_status vv_epoch_places_seal(vv_buf *out, const vv_shard_seal *seal, const vv_buf *text,
			       vv_error *err)
{
	uint8_t ad[sizeof(PLACES) - 1 + VV_CID_BYTES];
	vv_auto(vv_buf) padded = VV_BUF_INIT;

	vv_buf_put(&padded, vv_buf_cstr(text), text->len);
	while (!padded.failed && padded.len % PLACES_UNIT != 0) {
		vv_buf_putc(&padded, ' ');
	}
	places_associated(ad, &seal->vault);
	return put_sealed(out, &padded, seal->secret, ad, sizeof(ad), err);
}

vv_status vv_epoch_places_open(vv_buf *out, const vv_epoch_secrets *x, const vv_cid *vault,
			       const vv_ledger_record *r, vv_error *err)
{
	uint8_t ad[sizeof(PLACES) - 1 + VV_CID_BYTES];
	const vv_epoch_secret *secret = find_secret(x, &r->link);

	if (!secret || r->sealed_len < SEALED_HEAD) {
		return vv_fail(err, VV_EREFUSED, "this key cannot open the list of holders");
	}
	places_associated(ad, vault);
	return get_sealed(out, r, secret->secret, ad, sizeof(ad), err);
}

/* --- writing --------------------------------------------------------------------------------- */

static void put_inner(vv_buf *b, const vv_epoch_change *change, const vv_epoch_secrets *x)
{
	const inner of = {(uint8_t(*)[VV_KEY_PUBLIC])(uintptr_t)change->readers,
			  x ? x->items : NULL, change->reader_count, x ? x->count : 0};

	vv_cbor_put_map(b, 2);
	vv_members_put(b, inner_members, 2, &of);
}

/* State until the record is signed. */
typedef struct making {
	vv_ledger_record r;
	vv_arena arena;
	vv_buf boxes, sealed, inner;
} making;

static vv_status make_boxes(making *m, const vv_epoch_change *change, const uint8_t *boxed,
			    vv_error *err)
{
	const size_t each = BOXED + VV_KEY_BOX_MORE;
	vv_status rc;

	m->r.boxes = vv_arena_calloc(&m->arena, change->reader_count + 1, sizeof(*m->r.boxes));
	if (!m->r.boxes || !vv_buf_reserve(&m->boxes, each * change->reader_count)) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < change->reader_count; i++) {
		if ((rc = vv_key_box(&m->boxes, change->readers[i], boxed, BOXED, err)) < 0) {
			return rc;
		}
		m->r.boxes[i].bytes = (const uint8_t *)m->boxes.data + each * i;
		m->r.boxes[i].len = each;
	}
	m->r.box_count = change->reader_count;
	return VV_OK;
}

/* boxed: what each box has. */
static vv_status seal_inner(making *m, const vv_cid *vault, const uint8_t boxed[BOXED],
			    vv_error *err)
{
	const uint8_t *before = boxed + VV_CID_BYTES;
	uint8_t ad[AD];

	fill_associated(ad, vault, before);
	const vv_status rc = put_sealed(&m->sealed, &m->inner, before + 32, ad, AD, err);
	m->r.sealed = (const uint8_t *)m->sealed.data;
	m->r.sealed_len = m->sealed.len;
	return rc;
}

static vv_status make_epoch(making *m, const vv_cid *vault, const vv_epoch_secrets *x,
			    const vv_epoch_change *change, vv_error *err)
{
	uint8_t boxed[BOXED];
	vv_status rc;

	vv_cid_write(boxed, vault);
	before_of(boxed + VV_CID_BYTES, m->r.links, m->r.link_count);
	put_inner(&m->inner, change, x);
	if ((rc = vv_seal_secret_new(boxed + VV_CID_BYTES + 32, err)) == VV_OK &&
	    (rc = make_boxes(m, change, boxed, err)) == VV_OK) {
		rc = seal_inner(m, vault, boxed, err);
	}
	vv_wipe(boxed, sizeof(boxed));
	return rc;
}

static void making_clear(making *m)
{
	vv_buf_wipe(&m->inner);
	vv_buf_clear_all(&m->inner, &m->boxes, &m->sealed);
	vv_arena_clear(&m->arena);
}
VV_AUTO_CLEAR(making, making_clear)

static vv_status write_epoch(making *m, vv_ledger *l, const vv_epoch_secrets *x,
			     const vv_epoch_change *change, const vv_key *owner, vv_error *err)
{
	m->r.kind = VV_LEDGER_EPOCH;
	m->r.keys = vv_arena_calloc(&m->arena, change->writer_count + 1, sizeof(*m->r.keys));
	if (!m->r.keys) return vv_fail_nomem(err);
	if (change->writer_count > 0) {
		memcpy(m->r.keys, change->writers, change->writer_count * sizeof(*m->r.keys));
	}
	m->r.key_count = change->writer_count;
	vv_status rc = make_epoch(m, vv_ledger_vault(l), x, change, err);
	return rc < 0 ? rc : vv_ledger_write(l, &m->r, owner, NULL, err);
}

vv_status vv_vault_begin(vv_ledger *l, const uint8_t (*owners)[VV_KEY_PUBLIC], size_t count,
			 const vv_key *owner, vv_error *err)
{
	const vv_epoch_change all = {.readers = owners, .reader_count = count};
	vv_auto(making) m = {.arena = VV_ARENA_INIT};
	vv_ledger_record first = {.kind = VV_LEDGER_VAULT,
				  .keys = vv_arena_calloc(&m.arena, count, sizeof(*first.keys)),
				  .key_count = count};

	assert(vv_cid_is_null(vv_ledger_vault(l)));
	if (!first.keys) return vv_fail_nomem(err);
	memcpy(first.keys, owners, count * sizeof(*first.keys));
	const vv_status rc = vv_ledger_write(l, &first, owner, NULL, err);
	return rc < 0 ? rc : write_epoch(&m, l, NULL, &all, owner, err);
}

/* The epochs that no other one follows. */
static vv_status find_ends(making *m, const vv_vault_state *s, vv_error *err)
{
	const size_t count = s->epochs.count;

	if (!(m->r.links = vv_arena_calloc(&m->arena, count + 1, sizeof(*m->r.links)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = count; i > 0; i--) {
		const vv_ledger_record *e = s->epochs.items[i - 1];
		bool followed = false;
		for (size_t k = i; k < count && !followed; k++) {
			const vv_ledger_record *later = s->epochs.items[k];
			followed = vv_array_find(later->links, later->link_count, link,
						 vv_cid_equal(link, &e->cid));
		}
		if (!followed) {
			m->r.links[m->r.link_count++] = e->cid;
		}
	}
	return VV_OK;
}

vv_status vv_epoch_begin(vv_ledger *l, const vv_vault_state *s, const vv_epoch_secrets *x,
			 const vv_epoch_change *change, const vv_key *owner, vv_error *err)
{
	vv_auto(making) m = {.arena = VV_ARENA_INIT};

	m.r.removed = vv_arena_calloc(&m.arena, change->removed_count + 1, sizeof(*m.r.removed));
	if (!m.r.removed) return vv_fail_nomem(err);
	for (size_t i = 0; i < change->removed_count; i++) {
		const vv_ledger_author *a = vv_ledger_author_of(l, change->removed[i]);
		memcpy(m.r.removed[i].key, change->removed[i], VV_KEY_PUBLIC);
		if (a && a->head) {
			m.r.removed[i].last = a->head->cid;
		}
	}
	m.r.removed_count = change->removed_count;
	const vv_status rc = find_ends(&m, s, err);
	return rc < 0 ? rc : write_epoch(&m, l, x, change, owner, err);
}
