/*
 * holder: the checks for every kind.
 */
#include "cmd/vault/sealed/holder.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"

struct vv_vault_holder {
	vv_place place;
	const vv_holder_server_ops *server; /* NULL: it keeps files, no more */
	uint8_t key[VV_KEY_PUBLIC];         /* the server's */
	char *name;
};

vv_status vv_vault_holder_new(vv_vault_holder **out, vv_place *take_place, const char *name,
			      vv_error *err)
{
	vv_auto_free vv_vault_holder *h = vv_calloc(1, sizeof(*h));

	*out = NULL;
	if (!h || !(h->name = vv_strdup(name))) {
		vv_place_close(take_place);
		return vv_fail_nomem(err);
	}
	h->place = *take_place;
	return vv_hand_over(out, &h);
}

void vv_vault_holder_close(vv_vault_holder *h)
{
	if (h) {
		vv_place_close(&h->place);
		vv_free_all(h->name, h);
	}
}

const char *vv_vault_holder_domain(const vv_vault_holder *h)
{
	return h->place.domain;
}

void vv_vault_holder_set_server(vv_vault_holder *h, const vv_holder_server_ops *ops,
				const uint8_t key[VV_KEY_PUBLIC])
{
	memcpy(h->key, key, VV_KEY_PUBLIC);
	h->server = ops;
}

bool vv_vault_holder_keeps_records(const vv_vault_holder *h)
{
	return !h->place.ops->content_only;
}

bool vv_vault_holder_key(const vv_vault_holder *h, uint8_t out[VV_KEY_PUBLIC])
{
	if (h->server) {
		memcpy(out, h->key, VV_KEY_PUBLIC);
	}
	return h->server != NULL;
}

/* Puts the holder's name before the error's message. */
static vv_status name_holder(const vv_vault_holder *h, vv_status rc, vv_error *err)
{
	return rc < 0 ? vv_prefix(err, "holder '%s'", vv_text_shows(h->name)) : rc;
}

/* --- shards ---------------------------------------------------------------------------------- */

static vv_status put_later(vv_vault_holder *h, const char *name, const void *bytes, size_t len,
			   vv_error *err)
{
	return name_holder(h, vv_place_put_later(&h->place, name, bytes, len, err), err);
}

vv_status vv_holder_put_shard(vv_vault_holder *h, const vv_cid *vault, const vv_cid *shard,
			      const void *bytes, size_t len, vv_error *err)
{
	char name[VV_HOLD_NAME_LEN];

	vv_hold_shard_name(name, vault, shard);
	return put_later(h, name, bytes, len, err);
}

/* One holder's wait. */
typedef struct finishing {
	vv_vault_holder *h;
	vv_finished *result;
	vv_worker *worker;
} finishing;

static void run_finish(void *payload)
{
	finishing *f = payload;
	vv_finished *r = f->result;

	r->status = name_holder(f->h, vv_place_finish(&f->h->place, &r->err), &r->err);
}

vv_status vv_holders_finish(vv_vault_holder *const *holders, size_t count, vv_finished *result,
			    vv_error *err)
{
	vv_auto_free finishing *all = vv_calloc(count + 1, sizeof(*all));

	if (!all) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		result[i].status = VV_OK;
		all[i].h = holders[i] && holders[i]->place.ops->finish ? holders[i] : NULL;
		all[i].result = &result[i];
		if (all[i].h && !(all[i].worker = vv_worker_start(run_finish, &all[i]))) {
			run_finish(&all[i]);
		}
	}
	vv_array_each(all, count, it) {
		vv_worker_join(it->worker);
	}
	return VV_OK;
}

static vv_status shard_missing(vv_status rc, const vv_cid *shard, vv_error *err)
{
	return rc == VV_ENOTFOUND ? vv_fail(err, VV_EMISSING, "it does not have the shard %s",
					    vv_cid_shows(shard))
				  : rc;
}

vv_status vv_holder_get_shard(vv_vault_holder *h, const vv_cid *vault, const vv_shard *s,
			      vv_buf *out, vv_error *err)
{
	const uint64_t len = vv_shard_len(s->leaves);
	char name[VV_HOLD_NAME_LEN];
	vv_cid is;

	vv_hold_shard_name(name, vault, &s->cid);
	vv_buf_reset(out);
	vv_status rc = shard_missing(vv_place_get(&h->place, name, 0, len + 1, out, err), &s->cid,
				     err);
	if (rc == VV_OK &&
	    (rc = vv_cid_of(&is, VV_CODEC_RAW, vv_buf_cstr(out), out->len, err)) == VV_OK &&
	    !vv_cid_equal(&is, &s->cid)) {
		rc = vv_fail(err, VV_ECORRUPT,
			     "it sent data that does not match the name of the shard %s",
			     vv_cid_shows(&s->cid));
	}
	return name_holder(h, rc, err);
}

const char *vv_vault_holder_caveat(const vv_vault_holder *h)
{
	return vv_place_caveat(&h->place);
}

static vv_status get_leaf(vv_vault_holder *h, const char *name, const vv_shard *s, unsigned leaf,
			  vv_buf *out, vv_error *err)
{
	const uint64_t trailer = (uint64_t)s->leaves * VV_LEAF_HASH;
	vv_status rc;

	if (h->server) return h->server->audit(h->place.payload, name, s, leaf, out, err);
	if ((rc = vv_place_get(&h->place, name, (uint64_t)leaf * VV_LEAF, VV_LEAF, out, err)) ==
	    VV_OK) {
		rc = vv_place_get(&h->place, name, (uint64_t)s->leaves * VV_LEAF, trailer + 1, out,
				  err);
	}
	if (rc == VV_OK && out->len != VV_LEAF + trailer) {
		rc = vv_fail(err, VV_ECORRUPT, "the shard has a wrong length");
	}
	return rc;
}

vv_status vv_holder_audit(vv_vault_holder *h, const vv_cid *vault, const vv_shard *s, unsigned leaf,
			  uint64_t *read, uint8_t answer[VV_SHA256_LEN], vv_error *err)
{
	char name[VV_HOLD_NAME_LEN];
	vv_auto(vv_buf) bytes = VV_BUF_INIT;

	const uint64_t before = vv_place_moved(&h->place, 0);

	vv_hold_shard_name(name, vault, &s->cid);
	vv_status rc = shard_missing(get_leaf(h, name, s, leaf, &bytes, err), &s->cid, err);
	if (read) {
		*read += vv_place_moved(&h->place, bytes.len) - before;
	}
	if (rc == VV_OK) {
		rc = h->server ? vv_leaf_check_path(s, leaf, bytes.data, bytes.data + VV_LEAF,
						    (bytes.len - VV_LEAF) / VV_LEAF_HASH, err)
			       : vv_leaf_check(s, leaf, bytes.data, bytes.data + VV_LEAF, err);
	}
	vv_buf_put(&bytes, answer, VV_SHA256_LEN);
	(void)vv_sha256(answer, vv_buf_cstr(&bytes), bytes.len, VV_IGNORED);
	return name_holder(h, rc, err);
}

vv_status vv_holder_list_shards(vv_vault_holder *h, const vv_cid *vault, vv_cid_listed_fn fn,
				void *payload, vv_error *err)
{
	return name_holder(h, vv_hold_list(&h->place, vault, fn, payload, err), err);
}

vv_status vv_holder_remove_shard(vv_vault_holder *h, const vv_cid *vault, const vv_cid *shard,
				 vv_error *err)
{
	char name[VV_HOLD_NAME_LEN];

	vv_hold_shard_name(name, vault, shard);
	vv_status rc = vv_place_remove(&h->place, name, err);
	return rc == VV_ENOTFOUND ? VV_OK : name_holder(h, rc, err);
}

vv_status vv_holder_receipt(vv_vault_holder *h, const vv_cid *vault, const vv_cid *place,
			    uint64_t *until, uint8_t signature[VV_SIGNATURE], vv_error *err)
{
	uint8_t bytes[VV_RECEIPT_BYTES];
	vv_status rc = h->server ? h->server->receipt(h->place.payload, vault, place, until,
						      signature, err)
				 : vv_fail(err, VV_ENOSUPPORT, "it does not sign receipts");

	if (rc == VV_OK) {
		vv_receipt_bytes(bytes, place, *until);
		rc = vv_key_verify(signature, h->key, VV_RECEIPT_PURPOSE, bytes, sizeof(bytes),
				   err);
	}
	return name_holder(h, rc, err);
}

/* --- records --------------------------------------------------------------------------------- */

typedef struct record_listing {
	vv_vault_holder *h;
	const vv_cid *vault;
	vv_listed_fn fn;
	void *payload;
	const char *author;
} record_listing;

static vv_status on_record(void *payload, const vv_listed *e, vv_error *err)
{
	record_listing *l = payload;
	char whole[VV_HOLD_NAME_LEN];
	int n = snprintf(whole, sizeof(whole), "%s/%s", l->author, e->name);

	if (e->size > VV_LEDGER_RECORD_MAX || n < 0 || (size_t)n >= sizeof(whole)) {
		return VV_OK; /* none of ours */
	}
	const vv_listed below = {whole, e->size, e->modified};
	return l->fn(l->payload, &below, err);
}

static vv_status on_author(void *payload, const vv_listed *e, vv_error *err)
{
	record_listing *l = payload;
	char folder[VV_HOLD_NAME_LEN];

	if (e->size != UINT64_MAX || e->name[0] != 'z' || strlen(e->name) > VV_DID_TEXT) {
		return VV_OK;
	}
	l->author = e->name;
	vv_hold_record_name(folder, l->vault, e->name);
	return vv_place_list(&l->h->place, folder, on_record, l, err);
}

vv_status vv_holder_list_records(vv_vault_holder *h, const vv_cid *vault, vv_listed_fn fn,
				 void *payload, vv_error *err)
{
	record_listing l = {.h = h, .vault = vault, .fn = fn, .payload = payload};
	char folder[VV_HOLD_NAME_LEN];

	vv_hold_below(folder, vault, "records");
	return vv_vault_holder_keeps_records(h)
		       ? name_holder(h, vv_place_list(&h->place, folder, on_author, &l, err), err)
		       : VV_OK;
}

vv_status vv_holder_get_record(vv_vault_holder *h, const vv_cid *vault, const char *name,
			       vv_buf *out, vv_error *err)
{
	char whole[VV_HOLD_NAME_LEN];

	vv_hold_record_name(whole, vault, name);
	vv_buf_reset(out);
	return name_holder(h, vv_place_get(&h->place, whole, 0, VV_LEDGER_RECORD_MAX + 1, out, err),
			   err);
}

vv_status vv_holder_put_record(vv_vault_holder *h, const vv_cid *vault, const char *name,
			       const void *bytes, size_t len, vv_error *err)
{
	char whole[VV_HOLD_NAME_LEN];

	vv_hold_record_name(whole, vault, name);
	return name_holder(h, vv_place_put(&h->place, whole, bytes, len, err), err);
}

vv_status vv_holder_put_records(vv_vault_holder *h, const vv_cid *vault, const char *const *names,
				const vv_hold_bytes *records, size_t count, vv_error *err)
{
	char whole[VV_HOLD_NAME_LEN];
	vv_status rc = VV_OK;

	if (h->server) {
		return name_holder(
			h, h->server->put_records(h->place.payload, vault, records, count, err),
			err);
	}
	for (size_t i = 0; i < count; i++) {
		vv_hold_record_name(whole, vault, names[i]);
		if ((rc = put_later(h, whole, records[i].bytes, records[i].len, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

vv_status vv_holder_list_vaults(vv_vault_holder *h, vv_cid_listed_fn fn, void *payload,
				vv_error *err)
{
	return name_holder(h, vv_hold_list(&h->place, NULL, fn, payload, err), err);
}
