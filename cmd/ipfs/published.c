/*
 * published: paths of leaf lists, and records.
 */
#include "cmd/ipfs/published.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/names/version_files.h"
#include "repo/blocks/reach.h"
#include "transport/ipfs/rpc_node.h"
#include "transport/places/rpc.h"

static char *list_path(vv_repository *r, const vv_cid *version)
{
	vv_auto(char) *dir = vv_path_join(vv_repository_varvedir(r), VV_LEAF_LISTS, (char *)NULL);

	return dir ? vv_leaf_list_path(dir, version) : NULL;
}

static vv_status must_be_whole(vv_store *store, const vv_cid *version, vv_error *err)
{
	vv_cid missing;
	bool whole;
	vv_status rc = vv_store_complete(store, version, &whole, &missing, err);

	if (rc < 0 || whole) return rc;
	(void)vv_fail(err, VV_EMISSING, "block %s of this version is missing",
		      vv_cid_shows(&missing));
	return vv_hint_code(err, VV_HINT_BLOCKS_FETCH);
}

vv_status vv_publish_list(vv_leaf_list **out, vv_repository *r, const vv_cid *version,
			  vv_pool *pool, const vv_progress *progress, vv_error *err)
{
	const vv_version_work work = {pool, progress, NULL, NULL};
	const vv_file_maker maker = vv_version_files(&work);
	vv_leaf_source from = {NULL, &maker};
	vv_auto(char) *path = list_path(r, version);
	vv_status rc;

	*out = NULL;
	if (!path) return vv_fail_nomem(err);
	if ((rc = vv_repository_store(r, &from.store, err)) < 0 ||
	    (rc = must_be_whole(from.store, version, err)) < 0) {
		return rc;
	}
	return vv_leaf_list_need(out, path, &from, version, err);
}

void vv_publish_forget(vv_repository *r, const vv_cid *version)
{
	vv_auto(char) *path = list_path(r, version);
	vv_auto(vv_published) p = {0};

	if (vv_published_find(&p, vv_repository_varvedir(r), version, NULL) == VV_ENOTFOUND) {
		(void)vv_unlink(path, true, NULL);
	}
}

vv_status vv_publish_record(vv_published *out, vv_repository *r, const vv_leaf_list *list,
			    const char *path, vv_error *err)
{
	vv_status rc = vv_published_find(out, vv_repository_varvedir(r), vv_leaf_list_version(list),
					 NULL);

	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	if (rc < 0) { /* none yet, or one that cannot be read */
		memset(out, 0, sizeof(*out));
		(void)snprintf(out->time, sizeof(out->time), "%s", vv_text_utc(vv_now_sec()));
	}
	out->version = *vv_leaf_list_version(list);
	out->file = *vv_leaf_list_file(list);
	out->bytes = vv_leaf_list_bytes(list);
	if (path || !out->path) {
		vv_free(out->path);
		if (!(out->path = vv_strdup(path ? path : ""))) return vv_fail_nomem(err);
	}
	return vv_published_write(vv_repository_varvedir(r), out, err);
}

#define THINKING_SEC 300u

vv_status vv_publish_send(vv_published *p, vv_repository *r, vv_leaf_list *list,
			  const vv_publish_to *to, vv_error *err)
{
	vv_auto(vv_ordered_files) *ordered = NULL;
	vv_version_work work = {NULL, NULL, NULL, NULL};
	const vv_file_maker maker = vv_version_files(&work);
	const vv_connect_options o = {.repo = r,
				      .idle_sec = to->idle_sec ? to->idle_sec : THINKING_SEC};
	vv_leaf_blocks blocks = {list, {NULL, &maker}};
	vv_car_source file = {vv_leaf_blocks_get, &blocks};
	vv_car_stats stats;
	vv_auto(vv_url) node = {0};
	vv_status rc;

	if ((rc = vv_rpc_url_read(&node, to->url, err)) < 0 ||
	    (rc = vv_ordered_files_new(&ordered, NULL, err)) < 0 ||
	    (rc = vv_repository_store(r, &blocks.from.store, err)) < 0) {
		return rc;
	}
	work.ordered = ordered;
	vv_car_source table = vv_car_source_of(blocks.from.store);
	if ((rc = vv_rpc_node_import(&node, &o, &file, &p->file, to->progress, &stats, err)) < 0 ||
	    (to->with_table && (rc = vv_rpc_node_import(&node, &o, &table, &p->version,
							to->progress, &stats, err)) < 0)) {
		return rc;
	}
	return vv_published_add_holder(p, node.text)
		       ? vv_published_write(vv_repository_varvedir(r), p, err)
		       : vv_fail_nomem(err);
}

/* Which version is it that this names? */
static vv_status find_published(vv_published *out, const char *varvedir, const vv_cid *cid,
				vv_error *err)
{
	vv_auto_free vv_cid *versions = NULL;
	size_t count = 0;
	vv_status rc = vv_published_list(&versions, &count, varvedir, err);

	if (rc < 0) return rc;
	vv_array_each(versions, count, version) {
		rc = vv_published_find(out, varvedir, version, err);
		if (rc < 0 || vv_cid_equal(&out->version, cid) || vv_cid_equal(&out->file, cid)) {
			return rc;
		}
		vv_published_clear(out);
	}
	return vv_fail(
		err, VV_ENOTFOUND,
		"%s is not published by this repository\nlist the published versions with 'varve ipfs publish --list'",
		vv_cid_shows(cid));
}

vv_status vv_publish_withdraw(vv_published *out, vv_repository *r, const vv_cid *cid, vv_error *err)
{
	const char *dir = vv_repository_varvedir(r);
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = find_published(out, dir, cid, err)) < 0 ||
	    (rc = vv_published_withdraw(dir, &out->version, err)) < 0) {
		return rc;
	}
	vv_auto(char) *path = list_path(r, &out->version);
	return vv_unlink(path, true, err);
}
