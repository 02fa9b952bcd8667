/*
 * proof: what a host shows of what its lists name: packs are fetched anew, and every block is hashed.
 *
 * Two ways, for two questions. To show some blocks, their packs come into a folder of their own and are
 * read from there alone: what is here proves nothing. To verify packs, what is here may serve as that
 * which differences stand on, since each pack is verified by itself.
 */
#include "base/codec.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/blocks/store.h"
#include "repo/host/host_internal.h"
#include "repo/host/pieces.h"

#define BATCH_BYTES (UINT64_C(256) << 20)

/* --- showing --------------------------------------------------------------------------------- */

vv_status vv_host_show(vv_host *h, const vv_cid *cids, size_t count, vv_host_shown_fn fn,
		       void *payload, vv_error *err)
{
	const vv_host_taking t = {.dir = h->proof, .proof = true};
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_cid is;
	vv_status rc = VV_OK;

	if (!h->shown) {
		rc = vv_store_open(&h->shown, h->proof, true, err);
	}
	if (rc == VV_OK && (rc = vv_host_look(h, cids, count, err)) == VV_OK) {
		rc = vv_host_take(h, &t, cids, count, err);
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		vv_status got = vv_host_read(h, true, &cids[i], &bytes, NULL, NULL, VV_IGNORED);
		got = got < 0 ? got
			      : vv_cid_of(&is, cids[i].codec, bytes.data, bytes.len, VV_IGNORED);
		if (got == VV_ENOMEM) {
			rc = vv_fail_nomem(err);
		} else if (got < 0 || !vv_cid_equal(&is, &cids[i])) {
			rc = fn(payload, i, &cids[i], NULL, 0, err);
		} else {
			rc = fn(payload, i, &cids[i], vv_buf_cstr(&bytes), bytes.len, err);
		}
	}
	return rc;
}

/* --- verifying ------------------------------------------------------------------------------- */

typedef struct verifying {
	vv_host *h;
	vv_host_verifying *v;
	size_t *packs; /* of the catalog, that are to be verified */
	size_t count;
} verifying;

static vv_status choose_packs(verifying *x, vv_error *err)
{
	vv_host *h = x->h;
	uint64_t bytes = 0;

	x->packs = vv_calloc(vv_catalog_packs(h->catalog) + 1, sizeof(size_t));
	if (!x->packs) return vv_fail_nomem(err);
	for (size_t i = 0; i < vv_catalog_packs(h->catalog); i++) {
		const vv_host_pack *p = vv_catalog_pack(h->catalog, i);
		if ((x->v->unseen && vv_host_is_sound(h, p)) ||
		    (x->v->bytes > 0 && bytes > 0 && bytes + p->len > x->v->bytes)) {
			continue;
		}
		bytes += p->len;
		x->packs[x->count++] = i;
	}
	return VV_OK;
}

static vv_status on_record(void *payload, const char *pack VV_UNUSED, uint64_t offset VV_UNUSED,
			   const vv_cid *cid, vv_status state, const char *what VV_UNUSED,
			   vv_error *err)
{
	bool added;

	return state == VV_OK ? vv_cid_set_add(((verifying *)payload)->h->intact, cid, &added, err)
			      : VV_OK;
}

/* Is all there that its list names? */
static vv_status judge(verifying *x, vv_host_pack *p, vv_error *err)
{
	vv_host *h = x->h;
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	char name[VV_HOST_NAME_LEN + 1];
	vv_host_list list;
	vv_host_block b;
	bool sound = !p->bad;
	vv_status rc = vv_host_list_again(h, p, &bytes, &list, err);

	for (size_t i = 0; rc == VV_OK && sound && i < list.count; i++) {
		vv_host_list_block(&list, i, &b);
		sound = vv_cid_set_has(h->intact, &b.cid);
	}
	vv_hex_write(name, p->hash, sizeof(p->hash));
	if (rc == VV_OK && sound) {
		vv_host_note_sound(h, name, &p->blob);
	} else if (rc == VV_OK) {
		rc = vv_host_note_bad(h, p, err);
		x->v->bad_packs++;
	}
	return rc;
}

/* The next packs come, as many as the disk is to hold at once, and all that came is read. */
static vv_status verify_batch(verifying *x, size_t *at, vv_error *err)
{
	vv_host *h = x->h;
	vv_host_taking t = {.dir = h->packs, .have = h->main, .packs = x->packs + *at};
	const size_t first = *at;
	uint64_t bytes = 0;
	vv_status rc;

	for (; *at < x->count && (*at == first || bytes < BATCH_BYTES); (*at)++) {
		bytes += vv_catalog_pack(h->catalog, x->packs[*at])->len;
	}
	t.pack_count = *at - first;
	if ((rc = vv_host_take(h, &t, NULL, 0, err)) < 0 ||
	    (rc = vv_store_fsck(h->blocks, true, on_record, x, NULL, err)) < 0) {
		return rc;
	}
	for (size_t i = first; rc == VV_OK && i < *at; i++) {
		rc = judge(x, vv_catalog_pack(h->catalog, x->packs[i]), err);
	}
	return rc;
}

/* What was read leaves the disk. */
static vv_status empty(vv_host *h, vv_error *err)
{
	vv_status rc;

	vv_store_close(h->blocks);
	h->blocks = NULL;
	for (size_t i = 0; i < vv_catalog_packs(h->catalog); i++) {
		vv_catalog_pack(h->catalog, i)->here = false;
		vv_catalog_pack(h->catalog, i)->came[0].count = 0;
	}
	if (h->pieces && (rc = vv_pieces_forget(h, err)) < 0) return rc;
	if ((rc = vv_remove_tree(h->packs, err)) < 0 || (rc = vv_host_clean(h, err)) < 0) return rc;
	return vv_store_open_over(&h->blocks, h->packs, h->main, true, err);
}

/* Blocks of bad packs that no other has. */
static vv_status count_lost(verifying *x, vv_error *err)
{
	vv_host *h = x->h;
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_host_list list;
	vv_host_block b;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < vv_catalog_packs(h->catalog); i++) {
		const vv_host_pack *p = vv_catalog_pack(h->catalog, i);
		if (!p->bad || (rc = vv_host_list_again(h, p, &bytes, &list, err)) < 0) {
			continue;
		}
		for (size_t k = 0; k < list.count; k++) {
			vv_host_list_block(&list, k, &b);
			x->v->lost += !vv_host_has(h, &b.cid);
		}
	}
	return rc;
}

vv_status vv_host_verify(vv_host *h, vv_host_verifying *v, vv_error *err)
{
	verifying x = {.h = h, .v = v};
	vv_status rc;

	v->bad_packs = v->lost = 0;
	if ((rc = vv_host_look(h, NULL, 0, err)) < 0) return rc;
	if (!h->intact && !(h->intact = vv_cid_set_new())) return vv_fail_nomem(err);
	rc = choose_packs(&x, err);
	for (size_t at = 0; rc == VV_OK && at < x.count;) {
		if ((rc = vv_progress_update(h->progress, "checking packs", at, x.count, err)) ==
			    VV_OK &&
		    (rc = verify_batch(&x, &at, err)) == VV_OK && at < x.count) {
			rc = empty(h, err);
		}
	}
	if (rc == VV_OK && v->bad_packs > 0) {
		vv_host_forget_complete(h);
		if ((rc = vv_host_prefer_sound(h, err)) == VV_OK) {
			rc = count_lost(&x, err);
		}
	}
	vv_free(x.packs);
	return rc;
}

vv_status vv_host_bad_packs(vv_host *h, const vv_cid_set *sent, char ***names, size_t *count,
			    vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_buf path = VV_BUF_INIT;
	char hex[VV_HOST_NAME_LEN + 1];
	vv_host_list list;
	vv_host_block b;
	vv_status rc = VV_OK;

	*count = 0;
	*names = vv_calloc(h->bad_count + 1, sizeof(char *));
	if (!*names) return vv_fail_nomem(err);
	for (size_t i = 0; rc == VV_OK && i < vv_catalog_packs(h->catalog); i++) {
		const vv_host_pack *p = vv_catalog_pack(h->catalog, i);
		bool needed = false;
		if (!p->bad || *count == h->bad_count ||
		    (rc = vv_host_list_again(h, p, &bytes, &list, err)) < 0) {
			continue;
		}
		for (size_t k = 0; !needed && k < list.count; k++) {
			vv_host_list_block(&list, k, &b);
			needed = (!h->intact || vv_cid_set_has(h->intact, &b.cid)) &&
				 !vv_host_has(h, &b.cid) && !vv_cid_set_has(sent, &b.cid);
		}
		if (!needed) {
			vv_hex_write(hex, p->hash, sizeof(p->hash));
			vv_buf_printf(&path, "packs/%04zx/%s", p->folder, hex);
			rc = ((*names)[(*count)++] = vv_buf_detach(&path)) ? VV_OK
									   : vv_fail_nomem(err);
		}
	}
	return rc;
}
