/*
 * http_file: how REV/PATH is taken apart, and what kinds of things lie there.
 */
#include "cmd/web/http_file.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/web/model/commits.h"
#include "cmd/web/model/rows.h"
#include "dataset/schema/csv_record.h"
#include "dataset/table/bytes.h"
#include "dataset/table/table.h"
#include "lib/names/ordered_files.h"
#include "lib/rows/named_columns.h"
#include "lib/rows/where.h"
#include "lib/view/view.h"
#include "repo/git/history/history.h"
#include "repo/git/pointer.h"
#include "transport/server/words.h"

#define PLAIN_MAX ((uint64_t)64 << 20)  /* a plain file of Git's is read whole */
#define PLAIN_SUM ((uint64_t)256 << 20) /* for all requests together */
#define BATCH ((uint64_t)32 << 20)      /* rows on their way to being written in another form */
#define SMALL ((uint64_t)1 << 20)       /* memory of a request besides its longest rows */
#define PARTS_MAX 8                     /* of a revision with slashes */

/* Bytes of plain files in memory now. */
static atomic_uint_fast64_t plain_bytes;

typedef struct file {
	vv_repository *repo;
	vv_reachable *reach;
	bool lost; /* the requested commit is here, but no branch or tag reaches it */
	vv_oid commit, blob;
	char *path;
	bool is_dataset;
	vv_table table;
	vv_ordered_files *ordered; /* borrowed */
	vv_ordered_file *made;     /* of a version in key order, once bytes of it are requested */
	uint64_t reserved;         /* of plain_bytes */
	vv_buf plain;
	bool is_view;    /* rows are written, not the file */
	bool is_parquet; /* they are made into a Parquet file, before the answer begins */
	int parquet;     /* descriptor of this file, once it is made; else -1 */
	char *parquet_path;
	vv_view_options view;
	vv_arena texts; /* of view */
	vv_strings columns, where;
	const char *condition;
} file;

void vv_http_file_close(void *handle)
{
	file *f = handle;

	if (!f) return;
	vv_ordered_file_close(f->made);
	if (f->parquet >= 0) {
		vv_close(f->parquet, NULL, NULL);
	}
	vv_free(f->parquet_path);
	if (f->is_dataset) {
		vv_table_close(&f->table);
	}
	vv_buf_clear(&f->plain);
	vv_arena_clear(&f->texts);
	vv_csv_names_clear(&f->columns);
	atomic_fetch_sub(&plain_bytes, f->reserved);
	vv_free(f->path);
	vv_repository_close(f->repo);
	vv_free(f);
}

/* Reports missing and hidden files alike, except to clients with a whole id. */
static vv_status nothing_there(const file *f, const char *rest, vv_error *err)
{
	return f->lost ? vv_fail(err, VV_ENOTFOUND,
				 "no branch or tag reaches commit %.40s any more", rest)
		       : vv_fail(err, VV_ENOTFOUND,
				 "'%s' is not REV/PATH of a file that a branch or tag reaches",
				 vv_text_shows(rest));
}

static bool is_whole_id(const char *rest, const vv_oid *commit)
{
	return strncmp(rest, vv_oid_shows(commit), VV_OID_TEXT) == 0 && rest[VV_OID_TEXT] == '/';
}

/* A version that readers may see; VV_ENOTFOUND for others: a stash, ORIG_HEAD, a commit that was
 * taken off its branch. */
static vv_status shown_commit(file *f, const char *rev, const char *rest, vv_error *err)
{
	vv_status rc = vv_rev_commit(f->repo, rev, &f->commit, err);
	bool shown;

	if (rc == VV_ECORRUPT) return VV_ENOTFOUND; /* as for a name that strangers may not see */
	if (rc < 0 || (rc = vv_reachable_commits(f->reach, &f->commit, 1, &shown, err)) < 0 ||
	    shown) {
		return rc;
	}
	f->lost = f->lost || is_whole_id(rest, &f->commit);
	return VV_ENOTFOUND;
}

/* Splits rest at this slash if the part before names a commit and the part after a file in it. */
static vv_status try_slash(file *f, const char *rest, const char *slash, vv_tree_entry *e,
			   vv_error *err)
{
	vv_auto(vv_buf) rev = VV_BUF_INIT, path = VV_BUF_INIT;
	vv_status rc = VV_ENOTFOUND;

	if (vv_http_decode(&rev, rest, (size_t)(slash - rest)) &&
	    vv_http_decode(&path, slash + 1, strlen(slash + 1)) && path.len > 0 &&
	    vv_web_rev_is_fit(vv_buf_cstr(&rev))) {
		rc = shown_commit(f, vv_buf_cstr(&rev), rest, err);
		if (rc == VV_OK) {
			rc = vv_tree_entry_at(f->repo, &f->commit, vv_buf_cstr(&path), e, err);
		}
		rc = rc == VV_EUSAGE ? VV_ENOTFOUND : rc; /* ambiguous, a tag of no commit */
	}
	if (rc < 0) return rc;
	f->path = vv_buf_detach(&path);
	return f->path ? VV_OK : vv_fail_nomem(err);
}

static vv_status find_version(file *f, const char *rest, vv_error *err)
{
	const char *slash = strchr(rest, '/');
	vv_auto(vv_tree_entry) e = {.path = NULL};
	vv_status rc = VV_ENOTFOUND;

	for (unsigned i = 0; slash && i < PARTS_MAX && rc == VV_ENOTFOUND; i++) {
		rc = try_slash(f, rest, slash, &e, err);
		slash = strchr(slash + 1, '/');
	}
	if (rc < 0) return rc == VV_ENOTFOUND ? nothing_there(f, rest, err) : rc;
	f->blob = e.id;
	if ((e.mode & S_IFMT) != S_IFREG) {
		rc = nothing_there(f, rest, err);
	}
	return rc;
}

/* Room for the blob, or VV_ELOCKED: later. */
static vv_status reserve_room(file *f, vv_error *err)
{
	uint64_t size;
	vv_status rc = vv_blob_size(f->repo, &f->blob, &size, err);

	if (rc < 0) return rc;
	if (size > PLAIN_MAX) {
		return vv_fail(
			err, VV_EREFUSED,
			"the file is larger than %s, the limit for files that are not tables\nget it with 'git show REV:PATH' in the repository or a clone",
			vv_text_bytes(PLAIN_MAX));
	}
	f->reserved = size;
	if (atomic_fetch_add(&plain_bytes, size) + size > PLAIN_SUM) {
		return vv_fail(err, VV_ELOCKED,
			       "too many other files are being served\ntry again in some seconds");
	}
	return VV_OK;
}

/* A pointer opens the dataset; everything else is the file itself. */
static vv_status load_file(file *f, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer p;
	vv_status rc;

	if ((rc = reserve_room(f, err)) < 0 ||
	    (rc = vv_blob_read(f->repo, &f->blob, PLAIN_MAX, &f->plain, err)) < 0 ||
	    f->plain.len > VV_POINTER_MAX ||
	    !vv_pointer_looks_like(vv_buf_cstr(&f->plain), f->plain.len)) {
		return rc;
	}
	if ((rc = vv_pointer_read(&p, &arena, f->plain.data, f->plain.len, err)) == VV_OK) {
		rc = vv_dataset_open_stored(&f->table, f->repo, &p.root, err);
		f->is_dataset = rc == VV_OK;
	}
	return rc;
}

vv_status vv_http_file_open(void *ordered, const vv_http_call *call, const char *rest,
			    vv_http_file *out, vv_error *err)
{
	file *f = vv_calloc(1, sizeof(*f));
	vv_status rc;

	if (!f) return vv_fail_nomem(err);
	*f = (file){
		.ordered = ordered, .texts = VV_ARENA_INIT, .reach = call->reach, .parquet = -1};
	if ((rc = vv_repository_open(&f->repo, call->repository, call->env, err)) < 0 ||
	    (rc = find_version(f, rest, err)) < 0 || (rc = load_file(f, err)) < 0) {
		vv_http_file_close(f);
		return rc;
	}
	*out = (vv_http_file){.handle = f,
			      .size = f->is_dataset ? f->table.root.bytes : f->plain.len,
			      .content_type = vv_http_type_of(f->path),
			      .fixed = is_whole_id(rest, &f->commit)};
	(void)snprintf(out->etag, sizeof(out->etag), "%s",
		       f->is_dataset ? vv_cid_shows(&f->table.cid) : vv_oid_shows(&f->blob));
	vv_oid_text(out->commit, &f->commit);
	return VV_OK;
}

static vv_status put_parquet(void *payload, const void *bytes, size_t len, vv_error *err)
{
	const file *f = payload;

	return vv_write_full(f->parquet, bytes, len, f->parquet_path, err);
}

/* Called before the answer begins, so that its errors can be sent. */
static vv_status make_parquet(file *f, vv_error *err)
{
	const char *temp = vv_env_temp_dir(vv_repository_env(f->repo));

	f->parquet = vv_temp_open_unlinked(&f->parquet_path, temp, ".varve-parquet-", err);
	if (f->parquet < 0) return (vv_status)f->parquet;
	return vv_web_document_write(f->repo, &f->table, f->path, VV_WEB_PARQUET, &f->view,
				     put_parquet, f, err);
}

/* One file is put together at a time, so that its memory does not count against that of all
 * requests. */
vv_status vv_http_file_prepare(void *handle, const struct vv_address *client, uint64_t memory,
			       vv_error *err)
{
	file *f = handle;
	uint64_t cost;
	vv_status rc;

	if (f->is_parquet && f->parquet < 0) return make_parquet(f, err);
	if (!f->is_dataset || f->is_view || f->made) return VV_OK;
	if (!vv_ordered_files_keep(&f->table)) return VV_OK;
	if ((rc = vv_http_file_cost(f, 0, f->table.root.bytes, &cost, err)) < 0) return rc;
	if (cost > memory) {
		return vv_fail(
			err, VV_EREFUSED,
			"the rows of this file need more memory than this server allows for one request\nthe server's operator can raise --request-memory");
	}
	return vv_ordered_file_open(&f->made, f->ordered, &f->table, client, err);
}

vv_status vv_http_file_cost(void *handle, uint64_t from, uint64_t len, uint64_t *out, vv_error *err)
{
	file *f = handle;
	uint64_t group;
	vv_status rc;

	*out = 0; /* a plain file was counted when it was opened */
	if (!f->is_dataset) return VV_OK;
	if (f->made && vv_ordered_file_is_kept(f->made)) {
		*out = SMALL;
		return VV_OK;
	}
	if (f->is_view) {
		from = 0;
		len = f->table.root.bytes;
	}
	if ((rc = vv_table_largest_group(&f->table, from, len, &group, err)) == VV_OK) {
		*out = SMALL + (group < UINT64_MAX / 4 ? 2 * group : UINT64_MAX / 2) +
		       (f->is_view ? BATCH : 0);
	}
	return rc;
}

/* "I/N": share I of N, from 0. */
static bool read_part(vv_view_options *v, const char *text)
{
	const char *slash = strchr(text, '/');
	uint64_t part, parts;

	if (!slash || !vv_parse_u64(&part, text, (size_t)(slash - text)) ||
	    !vv_parse_u64(&parts, slash + 1, strlen(slash + 1)) || parts == 0 ||
	    parts > UINT32_MAX || part >= parts) {
		return false;
	}
	v->part = (uint32_t)part;
	v->parts = (uint32_t)parts;
	return true;
}

static bool is_parquet(const vv_http_rows *rows)
{
	return rows->format && strcmp(rows->format, "parquet") == 0;
}

/* The words of a query, without columns and condition. */
static vv_status read_words(vv_view_options *v, const vv_http_rows *rows, vv_error *err)
{
	const char *format = rows->format ? rows->format : "";

	v->limit = UINT64_MAX;
	if (is_parquet(rows)) {
		format = "arrow";
	}
	if (!vv_view_format_parse(&v->format, format) || v->format == VV_VIEW_TABLE) {
		vv_auto(vv_buf) words = VV_BUF_INIT;

		vv_choices_put(&words, VV_VIEW_STREAMS "|parquet");
		return vv_fail(err, VV_EUSAGE, "the parameter format must be %s",
			       vv_buf_cstr(&words));
	}
	if (rows->limit && !vv_parse_u64(&v->limit, rows->limit, strlen(rows->limit))) {
		return vv_fail(err, VV_EUSAGE, "the parameter limit must be a number of rows");
	}
	if (rows->part && !read_part(v, rows->part)) {
		return vv_fail(
			err, VV_EUSAGE,
			"the parameter part must be I/N: share I, counted from 0, of N shares");
	}
	if ((rows->misfit && !vv_choices_have(VV_VIEW_MISFITS, rows->misfit)) ||
	    (rows->numbers && !vv_choices_have(VV_VIEW_NUMBERS, rows->numbers))) {
		return vv_fail(
			err, VV_EUSAGE,
			"the parameter misfit must be error, null or text, and numbers must be double, text or decimal");
	}
	v->misfit = vv_view_misfit(rows->misfit);
	v->numbers = vv_view_numbers(rows->numbers);
	return VV_OK;
}

/* Checks that the columns exist and the condition is valid, while an error status can still be sent. */
static vv_status try_view(file *f, vv_error *err)
{
	vv_auto(vv_where) *where = NULL;
	vv_auto_free size_t *columns = NULL;
	size_t count;
	vv_status rc = vv_view_columns_shown(&f->table, &f->columns, "columns", &columns, &count,
					     err);

	if (rc == VV_OK && f->where.count > 0) {
		rc = vv_where_new(&where, &f->table, &f->where, NULL, err);
	}
	return rc;
}

static vv_status keep_condition(file *f, const char *text, vv_error *err)
{
	if (!text) return VV_OK;
	f->condition = vv_arena_strndup(&f->texts, text, strlen(text));
	if (!f->condition) return vv_fail_nomem(err);
	f->where = (vv_strings){.items = &f->condition, .count = 1};
	return VV_OK;
}

vv_status vv_http_file_rows(void *handle, const vv_http_rows *rows, const char **type,
			    vv_error *err)
{
	file *f = handle;
	vv_status rc;

	if (!f->is_dataset || f->table.root.kind != VV_KIND_TABLE) {
		return vv_fail(
			err, VV_EUSAGE,
			"this file is stored as bytes, not as a table: rows cannot be chosen");
	}
	if ((rc = read_words(&f->view, rows, err)) < 0 ||
	    (rows->columns && (rc = vv_csv_names_add(&f->columns, rows->columns, err)) < 0) ||
	    (rc = keep_condition(f, rows->where, err)) < 0 || (rc = try_view(f, err)) < 0) {
		return rc;
	}
	f->view.columns = &f->columns;
	f->view.where = &f->where;
	f->is_view = true;
	f->is_parquet = is_parquet(rows);
	if (f->is_parquet) {
		*type = vv_web_forms[VV_WEB_PARQUET].type;
	} else if (f->view.format == VV_VIEW_ARROW) {
		*type = "application/vnd.apache.arrow.stream";
	} else if (f->view.format == VV_VIEW_CSV) {
		*type = "text/csv";
	} else if (f->view.format == VV_VIEW_TSV) {
		*type = "text/tab-separated-values";
	} else if (f->view.format == VV_VIEW_JSON) {
		*type = "application/json";
	} else {
		*type = "application/x-ndjson";
	}
	return VV_OK;
}

static vv_status send_parquet(const file *f, vv_http_out_fn fn, void *out, vv_error *err)
{
	char bytes[1 << 14];
	uint64_t at = 0;
	ssize_t n;

	while ((n = vv_pread_full(f->parquet, bytes, sizeof(bytes), at, f->parquet_path, err)) >
	       0) {
		const vv_status rc = fn(out, bytes, (size_t)n, err);
		if (rc < 0) return rc;
		at += (uint64_t)n;
	}
	return n < 0 ? (vv_status)n : VV_OK;
}

vv_status vv_http_file_write(void *handle, uint64_t from, uint64_t len, vv_http_out_fn fn,
			     void *out, vv_error *err)
{
	file *f = handle;
	uint64_t rows;

	if (f->is_parquet) return send_parquet(f, fn, out, err);
	if (f->is_view) return vv_view_write(&f->table, &f->view, fn, out, &rows, err);
	if (!f->is_dataset) return fn(out, vv_buf_cstr(&f->plain) + from, (size_t)len, err);
	if (f->made) return vv_ordered_file_range(f->made, from, len, fn, out, err);
	return from == 0 && len == f->table.root.bytes
		       ? vv_table_bytes(&f->table, fn, out, NULL, NULL, err)
		       : vv_table_range(&f->table, from, len, fn, out, err);
}
