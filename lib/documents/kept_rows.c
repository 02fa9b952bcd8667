/*
 * kept_rows: which file has which root.
 */
#include "lib/documents/kept_rows.h"

#include <string.h>

#include "base/codec.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/thread.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"
#include "repo/blocks/derived.h"

#define MARK_ROOT "VVDOCR1\n"
#define MARK_TEXT "VVDOCT1\n"

static char *cache_folder(const vv_repository *r)
{
	return vv_path_join(vv_repository_varvedir(r), "cache", "documents", (char *)NULL);
}

static char *file_of(const vv_repository *r, const vv_kept_name *name)
{
	return vv_path_join(vv_repository_varvedir(r), "cache", "documents", name->text,
			    (char *)NULL);
}

vv_status vv_kept_name_of(vv_kept_name *out, const void *bytes, size_t len, vv_error *err)
{
	uint8_t sum[VV_SHA256_LEN];
	const vv_status rc = vv_sha256(sum, bytes, len, err);

	if (rc == VV_OK) {
		vv_hex_write(out->text, sum, sizeof(sum));
	}
	return rc;
}

bool vv_kept_rows_get(vv_store **store, vv_cid *root, vv_repository *r, const vv_kept_name *name)
{
	vv_auto(char) *file = file_of(r, name), *dir = cache_folder(r);
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_auto(vv_store) *s = NULL;

	if (!file || !dir ||
	    vv_derived_read(&b, file, MARK_ROOT, 0, VV_DERIVED_FRAME + VV_CID_TEXT, NULL) < 0 ||
	    b.len != VV_CID_TEXT || vv_cid_parse(root, b.data, b.len, NULL) < 0 ||
	    vv_store_open(&s, dir, false, NULL) < 0 || !vv_store_has(s, root)) {
		return false;
	}
	*store = vv_take(&s);
	return true;
}

struct vv_keeping {
	vv_repository *repo;
	vv_kept_name name;
	vv_mem_sink *blocks;
	vv_cid root, before; /* before: of the versions cached before it */
	size_t kept;         /* of the blocks, the first; 0: none are */
	vv_worker *worker;
};

/* Blocks first, then the name of their root. */
static vv_status save_rows(vv_keeping *p, vv_error *err)
{
	vv_auto(char) *file = file_of(p->repo, &p->name), *dir = cache_folder(p->repo);
	vv_auto(vv_store) *s = NULL;
	vv_auto(vv_writer) *w = NULL;
	vv_auto(vv_buf) b = VV_BUF_INIT;
	size_t kept = p->kept;
	vv_sink sink;
	vv_status rc;

	p->kept = 0;
	if (!file || !dir) return vv_fail_nomem(err);
	if ((rc = vv_store_open(&s, dir, true, err)) < 0 ||
	    (rc = vv_writer_open(&w, s, 0, err)) < 0) {
		return rc;
	}
	if (kept > 0 && !vv_store_has(s, &p->before)) { /* a gc took it */
		kept = 0;
	}
	vv_sink_writer(&sink, w);
	if ((rc = vv_mem_sink_pour(p->blocks, &kept, &sink, err)) < 0 ||
	    (rc = vv_writer_commit(w, err)) < 0) {
		return rc;
	}
	p->kept = kept;
	vv_derived_begin(&b, MARK_ROOT);
	vv_buf_put(&b, vv_cid_shows(&p->root), VV_CID_TEXT);
	return vv_derived_write(&b, file, 0, err);
}

static void keeping_main(void *payload)
{
	(void)save_rows(payload, NULL);
}

static void wait_for(vv_keeping *p)
{
	vv_worker_join(p->worker);
	p->worker = NULL;
}

vv_keeping *vv_kept_rows_put(vv_repository *r, const vv_kept_name *name, vv_mem_sink *m,
			     const vv_cid *root, vv_keeping *after)
{
	vv_keeping *p = vv_calloc(1, sizeof(*p));

	if (!p) return NULL;
	*p = (vv_keeping){.repo = r, .name = *name, .blocks = m, .root = *root};
	if (after) {
		wait_for(after);
		p->kept = after->blocks == m ? after->kept : 0;
		p->before = after->root;
	}
	if (!(p->worker = vv_worker_start(keeping_main, p))) {
		keeping_main(p);
	}
	return p;
}

void vv_keeping_end(vv_keeping *p)
{
	if (!p) return;
	wait_for(p);
	vv_free(p);
}

bool vv_kept_text_get(vv_buf *out, vv_repository *r, const vv_kept_name *name)
{
	vv_auto(char) *file = file_of(r, name);

	return file &&
	       vv_derived_read(out, file, MARK_TEXT, 0, VV_DERIVED_FRAME + VV_KEPT_TEXT_MAX,
			       NULL) == VV_OK &&
	       out->len > 0;
}

void vv_kept_text_put(vv_repository *r, const vv_kept_name *name, const void *bytes, size_t len)
{
	vv_auto(char) *file = file_of(r, name);
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_derived_begin(&b, MARK_TEXT);
	vv_buf_put(&b, bytes, len);
	if (file && len <= VV_KEPT_TEXT_MAX) {
		(void)vv_derived_write(&b, file, 0, NULL);
	}
}

vv_status vv_kept_rows_drop(vv_repository *r, vv_error *err)
{
	vv_auto(char) *dir = cache_folder(r);

	if (!dir) return vv_fail_nomem(err);
	return vv_exists(dir) ? vv_remove_tree(dir, err) : VV_OK;
}
