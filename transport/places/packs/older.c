/*
 * older: which packs a version names beside those that it needs, and that a pack of a joined one is none of them.
 */
#include "transport/places/packs/older.h"

#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "repo/blocks/pack.h"

/* In one file, the shortest ones: those are yet to be joined. All lists show the others. */
#define NAMED_MOST 256u

vv_status vv_older_note(vv_host *h, const vv_version_packs *v, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < v->older_count; i++) {
		rc = vv_cid_map_put(&h->older, &v->older[i].key, v->older[i].len, NULL, err);
	}
	return rc;
}

bool vv_older_is_unread(const vv_host *h, size_t i, uint64_t *len)
{
	const vv_cid *key = vv_cid_map_cid(&h->older, i);

	(void)vv_cid_map_get(&h->older, key, len);
	return !vv_cid_set_has(&h->listed, key) && !vv_cid_set_has(&h->joined, key) &&
	       !vv_cid_set_has(&h->condemned.packs, key);
}

static int compare_lens(const void *a, const void *b)
{
	const vv_older_pack *x = a, *y = b;

	if (x->len != y->len) return x->len < y->len ? -1 : 1;
	return vv_cid_compare(&x->key, &y->key);
}

vv_status vv_older_name(vv_host *h, unsigned needed, unsigned named, vv_version_packs *out,
			vv_error *err)
{
	uint64_t len;
	vv_status rc = VV_OK;

	for (vv_host_pack *p = NULL; rc == VV_OK && vv_catalog_next(h->catalog, &p);) {
		if (!(p->marks & needed) && (named == 0 || (p->marks & named)) && !p->bad &&
		    !vv_cid_set_has(&h->joined, &p->key)) {
			rc = vv_version_packs_add_older(out, &p->key, p->len, err);
		}
	}
	for (size_t i = 0; rc == VV_OK && !named && i < vv_cid_map_count(&h->older); i++) {
		if (vv_older_is_unread(h, i, &len)) {
			rc = vv_version_packs_add_older(out, vv_cid_map_cid(&h->older, i), len,
							err);
		}
	}
	if (rc < 0 || out->older_count == 0) return rc;
	qsort(out->older, out->older_count, sizeof(*out->older), compare_lens);
	out->older_count = out->older_count < NAMED_MOST ? out->older_count : NAMED_MOST;
	qsort(out->older, out->older_count, sizeof(*out->older), vv_pack_names_compare);
	return VV_OK;
}
