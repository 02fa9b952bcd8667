/*
 * workbooks: the files for the reader program, and what becomes of its answer.
 */
#include "lib/merge/workbooks.h"

#include "base/env.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/documents/document.h"
#include "lib/documents/reader.h"
#include "lib/merge/conflict_file.h"
#include "repo/git/history/history.h"

#define TEMP ".varve-document-"

static const char *const side_words[] = {"base", "ours", "theirs"};

void vv_workbook_merged_clear(vv_workbook_merged *m)
{
	vv_buf_clear(&m->words);
}

/* A file with the version, which the reader of the repository keeps for the next use. */
static vv_status copy_side(char **out, const vv_workbook_merge *in, const vv_oid *blob,
			   vv_error *err)
{
	const char *dir = vv_env_temp_dir(vv_repository_env(in->repo)),
		   *known = vv_dataset_reader_copy(in->reader, blob);
	vv_auto(vv_new_file) f = {0};
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_status rc;

	if (!known) {
		vv_temp_sweep(dir, TEMP);
		if ((rc = vv_blob_read(in->repo, blob, SIZE_MAX, &bytes, err)) < 0 ||
		    (rc = vv_new_file_open(&f, dir, TEMP, err)) < 0 ||
		    (rc = vv_new_file_put(&f, vv_buf_cstr(&bytes), bytes.len, err)) < 0 ||
		    (rc = vv_new_file_end(&f, false, err)) < 0) {
			return rc;
		}
		vv_dataset_reader_take_copy(in->reader, blob, vv_take(&f.temp));
		known = vv_dataset_reader_copy(in->reader, blob);
	}
	*out = known ? vv_strdup(known) : NULL;
	return vv_alloc_ok(*out, err);
}

/* Stores the merged file, or only computes its id. */
static vv_status keep_blob(vv_workbook_merged *out, const vv_workbook_merge *in, vv_buf *bytes,
			   vv_error *err)
{
	vv_status rc;

	if (!in->dry) {
		return vv_blob_write(in->repo, vv_buf_cstr(bytes), bytes->len, &out->blob, err);
	}
	rc = vv_blob_id(vv_buf_cstr(bytes), bytes->len, &out->blob, err);
	vv_blob_keep(in->repo, &out->blob, bytes);
	return rc;
}

/* Errors after which other merges would fail as well. */
static bool stops_merging(vv_status rc)
{
	return rc == VV_ENOMEM || rc == VV_EIO || rc == VV_ECANCELLED;
}

vv_status vv_merge_workbook(vv_workbook_merged *out, const vv_workbook_merge *in, vv_error *err)
{
	vv_auto(char) *base = NULL, *ours = NULL, *theirs = NULL;
	vv_auto(vv_document_merged) merged = {0};
	vv_auto(vv_document) d = {
		.env = vv_repository_env(in->repo), .repo = in->repo, .name = in->path};
	vv_error why;
	vv_status rc;

	if ((rc = copy_side(&base, in, in->sides[VV_BASE], err)) < 0 ||
	    (rc = copy_side(&ours, in, in->sides[VV_OURS], err)) < 0 ||
	    (rc = copy_side(&theirs, in, in->sides[VV_THEIRS], err)) < 0) {
		return rc;
	}
	d.file = base;
	rc = vv_document_merge(&merged, &d, ours, theirs, side_words[in->prefer], &why);
	if (stops_merging(rc)) return vv_error_copy(err, &why);
	if (rc == VV_ENOSUPPORT) {
		vv_buf_puts(&out->words, VV_READER_MERGES);
	} else if (rc < 0) {
		vv_buf_puts(&out->words, why.message);
	} else {
		vv_buf_put(&out->words, merged.words.data, merged.words.len);
	}
	if ((rc = vv_buf_ok(&out->words, err)) < 0 || !merged.merged) return rc;
	out->cells = merged.cells;
	out->conflicts = merged.conflicts;
	out->stale = merged.stale;
	rc = keep_blob(out, in, &merged.bytes, err);
	out->merged = rc == VV_OK;
	return rc;
}
