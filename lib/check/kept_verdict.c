/*
 * kept_verdict: the key and the record of a verdict.
 *
 * The packages of a folder are read before its first table, and again after its last one: verdicts are
 * stored only if no other program changed the packages meanwhile.
 */
#include "lib/check/kept_verdict.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/path.h"
#include "base/sys.h"
#include "check/kept/cache.h"
#include "dataset/schema/declared.h"
#include "lib/check/input.h"
#include "lib/check/reach.h"
#include "lib/tables/dataset_import.h"
#include "repo/blocks/store.h"

#define KIND "verdict"
/* The record: the key, the roots of the side and of the base (zeros: none), le64 rows, le32 columns, le32 groups. */
#define ROOT_AT VV_SHA256_LEN
#define BASE_AT (ROOT_AT + VV_CID_BYTES)
#define ROWS_AT (BASE_AT + VV_CID_BYTES)
#define RECORD_LEN (ROWS_AT + 16u)
/* Larger tables have facts of row groups, and their lists of groups are read again. */
#define GROUPS_MAX 8u

/* The files that can describe the tables of a folder. */
typedef struct packages {
	char *folder; /* with a '/' at its end; "": the top; NULL: none was read */
	bool known;   /* each file was read, or does not exist */
	uint8_t hash[VV_SHA256_LEN];
} packages;

struct vv_check_verdicts {
	vv_check_verdicts_of of;
	vv_store *store;
	packages of_side, of_base;
	bool reached;   /* a check may read the files of the side's folder */
	vv_buf waiting; /* records of the folder */
};

vv_status vv_check_verdicts_open(vv_check_verdicts **out, const vv_check_verdicts_of *of,
				 vv_error *err)
{
	vv_auto(vv_check_verdicts) *v = vv_calloc(1, sizeof(*v));
	vv_status rc;

	*out = NULL;
	if (!v) return vv_fail_nomem(err);
	v->of = *of;
	if (of->base && vv_oid_is_null(&of->base->commit)) {
		v->of.base = NULL;
	}
	if ((rc = vv_repository_store(of->repo, &v->store, err)) < 0) return rc;
	return vv_hand_over(out, &v);
}

/* Appends the text of a file, or that there is none. *known: neither failed. */
static vv_status put_file(vv_buf *out, bool *known, const char *path, vv_check_input_options *look,
			  vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	uint8_t len[8];
	vv_error why;
	const vv_status rc = vv_check_read_beside(look, path, &text, &why);

	if (rc == VV_ENOMEM) return vv_error_copy(err, &why);
	*known = *known && (rc == VV_OK || rc == VV_ENOTFOUND);
	vv_put_le64(len, rc == VV_OK ? text.len : UINT64_MAX);
	vv_buf_put(out, len, sizeof(len));
	vv_buf_put(out, text.data, text.len);
	return vv_buf_ok(out, err);
}

static vv_status read_packages(packages *p, const vv_check_verdicts_of *of,
			       const vv_diff_side *side, vv_error *err)
{
	vv_check_input_options look = {.repo = of->repo, .reader = of->reader, .side = side};
	vv_auto(vv_buf) all = VV_BUF_INIT;
	size_t len = strlen(p->folder);
	bool last = false;
	vv_status rc;

	p->known = true;
	if ((rc = put_file(&all, &p->known, VV_RULES_NAME, &look, err)) < 0) return rc;
	while (!last) {
		vv_auto(char) *name = vv_asprintf("%.*s%s", (int)len, p->folder, VV_PACKAGE_NAME);

		if ((rc = vv_alloc_ok(name, err)) < 0 ||
		    (rc = put_file(&all, &p->known, name, &look, err)) < 0) {
			return rc;
		}
		last = len == 0;
		len -= last ? 0u : 1u;
		while (len > 0 && p->folder[len - 1] != '/') {
			len--;
		}
	}
	return vv_sha256(p->hash, all.data, all.len, err);
}

/* Reads the packages of the path's folder. */
static vv_status set_packages(packages *p, const vv_check_verdicts *v, const vv_diff_side *side,
			      const char *path, vv_error *err)
{
	vv_free(p->folder);
	p->folder = vv_strndup(path, (size_t)(vv_path_base(path) - path));
	return p->folder ? read_packages(p, &v->of, side, err) : vv_fail_nomem(err);
}

static bool is_in(const packages *p, const char *path)
{
	const size_t len = (size_t)(vv_path_base(path) - path);

	return p->folder && strlen(p->folder) == len && memcmp(p->folder, path, len) == 0;
}

/* Stores the records of the folder, unless its packages have changed since its first table. */
static vv_status store_waiting(vv_check_verdicts *v, vv_error *err)
{
	vv_auto(vv_buf) records = v->waiting;
	packages now = {.folder = v->of_side.folder};
	vv_status rc;

	v->waiting = (vv_buf)VV_BUF_INIT;
	if (records.len == 0 || (rc = read_packages(&now, &v->of, v->of.side, err)) < 0) {
		return records.len == 0 ? VV_OK : rc;
	}
	if (!now.known || memcmp(now.hash, v->of_side.hash, sizeof(now.hash)) != 0) return VV_OK;
	for (size_t at = 0; at < records.len; at += RECORD_LEN) {
		const uint8_t *record = (const uint8_t *)records.data + at;
		const vv_hash128 key = {.lo = vv_get_le64(record), .hi = vv_get_le64(record + 8)};

		if ((rc = vv_check_cache_put(v->of.cache, KIND, key, record, RECORD_LEN, err)) <
		    0) {
			return rc;
		}
	}
	return VV_OK;
}

void vv_check_verdicts_close(vv_check_verdicts *v)
{
	if (!v) return;
	(void)store_waiting(v, VV_IGNORED); /* only the next check is slower */
	vv_buf_clear(&v->waiting);
	vv_free_all(v->of_side.folder, v->of_base.folder, v);
}

static vv_status enter_folders(vv_check_verdicts *v, const vv_check_path *p, const char *was,
			       vv_error *err)
{
	vv_status rc;

	if (!is_in(&v->of_side, p->path)) {
		vv_auto(char) *file = v->of.side->kind == VV_SIDE_WORK
					      ? vv_repository_file(v->of.repo, p->path)
					      : NULL;

		if ((rc = store_waiting(v, err)) < 0 ||
		    (rc = set_packages(&v->of_side, v, v->of.side, p->path, err)) < 0) {
			return rc;
		}
		v->reached = v->of.side->kind != VV_SIDE_WORK ||
			     (file && vv_check_may_read(file, NULL, VV_IGNORED) == VV_OK);
	}
	return !v->of.base || is_in(&v->of_base, was)
		       ? VV_OK
		       : set_packages(&v->of_base, v, v->of.base, was, err);
}

/* The blob that the path has in the side. *known: the file is that version, as its metadata prove. */
static vv_status find_blob(vv_oid *out, bool *known, const vv_check_verdicts *v,
			   const vv_check_path *p, vv_error *err)
{
	const vv_index *x;
	vv_index_entry e;
	vv_work_state state;
	vv_status rc;

	*out = p->blob;
	*known = v->of.side->kind == VV_SIDE_COMMIT;
	if (*known) return VV_OK;
	if ((rc = vv_dataset_reader_index(v->of.reader, &x, err)) < 0) return rc;
	if (!vv_index_get(x, p->path, &e) || !vv_mode_is_file(e.mode)) return VV_OK;
	*out = e.id;
	*known = v->of.side->kind == VV_SIDE_INDEX;
	if (*known) return VV_OK;
	rc = vv_dataset_reader_work_known(v->of.reader, p->path, out, &e, &state, known, err);
	*known = *known && rc == VV_OK && state == VV_WORK_SAME;
	return rc;
}

static vv_status find_base_blob(vv_oid *out, bool *known, const vv_check_verdicts *v,
				const char *was, vv_error *err)
{
	vv_auto(vv_tree_entry) e = {0};
	vv_status rc;

	*out = (vv_oid){{0}};
	*known = true;
	if (!v->of.base) return VV_OK;
	rc = vv_tree_entry_at(v->of.repo, &v->of.base->commit, was, &e, err);
	if (rc < 0) return vv_missing_ok(rc, err);
	*out = e.id;
	*known = vv_mode_is_file(e.mode);
	return VV_OK;
}

static vv_status make_key(vv_check_verdict *out, const vv_check_verdicts *v, const char *path,
			  const char *was, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_printf(&b, "%d %d", (int)v->of.side->kind, v->of.base != NULL);
	vv_buf_put(&b, "", 1);
	vv_buf_put(&b, path, strlen(path) + 1);
	vv_buf_put(&b, was, strlen(was) + 1);
	vv_buf_put(&b, out->blob.id, sizeof(out->blob.id));
	vv_buf_put(&b, out->base_blob.id, sizeof(out->base_blob.id));
	vv_buf_put(&b, v->of_side.hash, VV_SHA256_LEN);
	if (v->of.base) {
		vv_buf_put(&b, v->of_base.hash, VV_SHA256_LEN);
	}
	if (v->of.rules) {
		vv_buf_put(&b, vv_rules_hash(v->of.rules), VV_SHA256_LEN);
	}
	const vv_status rc = vv_buf_ok(&b, err);
	return rc < 0 ? rc : vv_sha256(out->key, b.data, b.len, err);
}

/* Is it a root that the store has? Then the check would have opened it. */
static bool take_root(vv_cid *out, const uint8_t *bytes, vv_store *store)
{
	return vv_cid_read(out, bytes, VV_CID_BYTES, VV_IGNORED) == VV_OK &&
	       vv_store_has(store, out);
}

static bool read_record(vv_check_verdict *out, const vv_buf *b, vv_store *store)
{
	const uint8_t *record = (const uint8_t *)b->data;

	if (b->len != RECORD_LEN || memcmp(record, out->key, VV_SHA256_LEN) != 0 ||
	    !take_root(&out->root, record + ROOT_AT, store) ||
	    (!vv_oid_is_null(&out->base_blob) &&
	     !take_root(&out->base_root, record + BASE_AT, store))) {
		return false;
	}
	out->rows = vv_get_le64(record + ROWS_AT);
	out->columns = vv_get_le32(record + ROWS_AT + 8);
	out->groups = vv_get_le32(record + ROWS_AT + 12);
	return true;
}

int vv_check_verdict_find(vv_check_verdict *out, vv_check_verdicts *v, const vv_check_path *p,
			  vv_error *err)
{
	const char *was = p->was ? p->was : p->path;
	vv_auto(vv_buf) record = VV_BUF_INIT;
	bool known;
	vv_status rc;

	*out = (vv_check_verdict){.keyed = false};
	if (p->document > 0 || p->absent || p->not_added || p->gone || p->package) return 0;
	if ((rc = enter_folders(v, p, was, err)) < 0) return (int)rc;
	if (!v->reached || !v->of_side.known || (v->of.base && !v->of_base.known)) return 0;
	if ((rc = find_blob(&out->blob, &known, v, p, err)) < 0 || !known ||
	    (rc = find_base_blob(&out->base_blob, &known, v, was, err)) < 0 || !known ||
	    (rc = make_key(out, v, p->path, was, err)) < 0) {
		return (int)rc;
	}
	out->keyed = true;
	const int found = vv_check_cache_get(
		v->of.cache, KIND,
		(vv_hash128){.lo = vv_get_le64(out->key), .hi = vv_get_le64(out->key + 8)}, &record,
		err);
	return found == 1 ? read_record(out, &record, v->store) : found;
}

vv_status vv_check_verdict_keep(vv_check_verdicts *v, const vv_check_verdict *verdict,
				vv_error *err)
{
	uint8_t record[RECORD_LEN] = {0};

	assert(verdict->keyed);
	if (verdict->groups > GROUPS_MAX) return VV_OK;
	memcpy(record, verdict->key, VV_SHA256_LEN);
	vv_cid_write(record + ROOT_AT, &verdict->root);
	if (!vv_cid_is_null(&verdict->base_root)) {
		vv_cid_write(record + BASE_AT, &verdict->base_root);
	}
	vv_put_le64(record + ROWS_AT, verdict->rows);
	vv_put_le32(record + ROWS_AT + 8, verdict->columns);
	vv_put_le32(record + ROWS_AT + 12, verdict->groups);
	vv_buf_put(&v->waiting, record, sizeof(record));
	return vv_buf_ok(&v->waiting, err);
}
