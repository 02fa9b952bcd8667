/*
 * query: how the tables of a query are named, and how its rows become findings.
 */
#include "lib/check/query.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/codec.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/csv_record.h"
#include "dataset/table/root.h"
#include "lib/documents/helper.h"
#include "repo/git/blob.h"
#include "repo/git/history/commit.h"
#include "repo/git/index/index.h"
#include "repo/git/program.h"
#include "repo/git/repository.h"

/* ---- work_id: entries of the index, and what of the work tree differs from them ---- */

typedef struct hashing {
	vv_repository *repo;
	const vv_index *x;
	vv_xxh3_state *hash;
	int top; /* the work tree's folder */
} hashing;

/* A file of the work tree; one that is missing, or no file, counts as such. */
static vv_status add_file(hashing *h, const char *path, vv_error *err)
{
	vv_auto(char) *file = vv_path_join(vv_repository_workdir(h->repo), path, (char *)NULL);
	vv_error why;
	uint64_t len;

	if (!file) return vv_fail_nomem(err);
	vv_auto(vv_fd) fd = vv_open_regular(file, O_RDONLY, &why);
	if (fd < 0) {
		vv_xxh3_update(h->hash, &why.code, sizeof(why.code));
		return VV_OK;
	}
	return vv_hash_rest(h->hash, &len, fd, file, err);
}

/* The package of the folder that the first len bytes of a path are, where the index does not have it. */
static vv_status add_package(hashing *h, const char *path, size_t len, vv_error *err)
{
	vv_index_entry unused;
	vv_status rc;

	vv_auto(char) *name = vv_asprintf("%.*sdatapackage.json", (int)len, path);
	if ((rc = vv_alloc_ok(name, err)) < 0 || vv_index_get(h->x, name, &unused)) {
		return rc;
	}
	return add_file(h, name, err);
}

/* Those above a path that the path before lacks. */
static vv_status add_packages(hashing *h, const char *path, const char *before, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; path[i]; i++) {
		if (path[i] == '/' && strncmp(path, before, i + 1) != 0) {
			if ((rc = add_package(h, path, i + 1, err)) < 0) return rc;
		}
	}
	return VV_OK;
}

static vv_status add_entry(hashing *h, const vv_index_entry *e, bool work, vv_error *err)
{
	const uint32_t is[] = {e->mode, (uint32_t)e->stage};
	vv_stat st;

	vv_xxh3_update(h->hash, e->path, strlen(e->path) + 1);
	vv_xxh3_update(h->hash, is, sizeof(is));
	vv_xxh3_update(h->hash, &e->id, sizeof(e->id));
	if (!work) return VV_OK;
	return vv_lstat_at(&st, h->top, e->path, NULL, VV_IGNORED) == VV_OK &&
			       vv_index_stat_clean(h->x, e, &st)
		       ? VV_OK
		       : add_file(h, e->path, err);
}

/* A hash of all files in the index, and of each datapackage.json above one of them; work: of the work tree's, reading only
 * files whose stat differs from the index. *has: path, or its document, is among them. */
static vv_status work_id(vv_hash128 *out, bool *has, vv_repository *r, const char *path, bool work,
			 vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	vv_auto(vv_xxh3_state) *hash = vv_xxh3_new(0);
	hashing h = {.repo = r, .hash = hash};
	const size_t document = strcspn(path, "#");
	const char *before = "";
	vv_index_entry e;
	vv_status rc;

	*has = false;
	if (!hash) return vv_fail_nomem(err);
	if ((rc = vv_index_open(&x, r, err)) < 0) return rc;
	if (work && (h.top = vv_repository_open_top(r, err)) < 0) return (vv_status)h.top;
	h.x = x;
	rc = work ? add_package(&h, "", 0, err) : VV_OK;
	for (size_t i = 0; i < vv_index_count(x) && rc == VV_OK; i++, before = e.path) {
		e = vv_index_at(x, i);
		*has = *has || strcmp(e.path, path) == 0 ||
		       (strncmp(e.path, path, document) == 0 && !e.path[document]);
		if ((rc = add_entry(&h, &e, work, err)) == VV_OK && work) {
			rc = add_packages(&h, e.path, before, err);
		}
	}
	*out = vv_xxh3_digest128(hash);
	(void)vv_close(work ? h.top : -1, NULL, VV_IGNORED);
	return rc;
}

/* ---- the query ---- */

#define SECONDS 300u
#define MEMORY ((uint64_t)4 << 30) /* bytes of addresses; packs are mapped */
#define ROW_MAX ((size_t)16 << 20)
#define CELLS_MAX 4096u
#define KEPT_MAX ((size_t)1 << 20) /* bytes of rows */

typedef struct reading {
	const vv_check_query *q;
	const vv_check_rule *rule;
	vv_helper *helper;
	vv_buf text; /* read and not yet taken: text.data + at */
	vv_buf all;  /* that was read, for the next time */
	bool keeps;
	vv_hash128 kept_as;
	size_t at;
	vv_csv_record row;
	vv_arena arena; /* of the names */
	vv_csv_value *names;
	size_t width;
	size_t *key; /* places of the columns that name a row */
	size_t key_count;
	uint64_t found;
	vv_buf key_text, value, message;
} reading;

static void reading_clear(reading *r)
{
	vv_helper_close(r->helper);
	vv_buf_clear_all(&r->text, &r->all, &r->key_text, &r->value, &r->message);
	vv_arena_clear(&r->arena);
	vv_csv_record_clear(&r->row);
}

VV_AUTO_CLEAR(reading, reading_clear)

/* --- the query ------------------------------------------------------------------------------- */

static void put_table(vv_buf *out, const char *word, const char *path, const char *at, bool empty)
{
	vv_auto(vv_buf) name = VV_BUF_FOR(out);

	vv_buf_printf(&name, "%s%s%s", path, *at ? "@" : "", at);
	vv_buf_printf(out, "%s as (select * from ", word);
	vv_doubled_put(out, '"', vv_buf_cstr(&name), name.len);
	vv_buf_puts(out, empty ? " where false)" : ")");
}

/* Writes the query for varve-sql. In a file's folder its name without an extension is the file,
 * too. */
static void put_query(vv_buf *out, const vv_check_query *q, const vv_check_rule *rule,
		      const char *base)
{
	vv_auto(vv_buf) path = VV_BUF_FOR(out), word = VV_BUF_FOR(out);
	const char *name = vv_path_base(q->path);
	const size_t ext = strlen(vv_path_ext(name));

	vv_buf_printf(&path, "%s%s", q->repo || vv_path_is_absolute(q->path) ? "" : "./", q->path);
	vv_buf_puts(out, "with ");
	put_table(out, "this", vv_buf_cstr(&path), "", false);
	vv_buf_puts(out, ", ");
	put_table(out, "base", *base ? q->base_path : vv_buf_cstr(&path), base, !*base);
	if (!q->repo) {
		vv_buf_puts(&word, ", ");
		vv_doubled_put(&word, '"', name, strlen(name) - (ext > 0 ? ext + 1 : 0));
		put_table(out, vv_buf_cstr(&word), vv_buf_cstr(&path), "", false);
	}
	vv_buf_printf(out, " %s", rule->condition);
}

/* The index has no name in SQL: a commit that no ref names. */
static vv_status make_commit(vv_repository *r, vv_oid *out, vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	vv_oid tree;
	const vv_commit_options o = {.message = "The index\n",
				     .tree = &tree,
				     .author = "varve <varve@localhost>",
				     .no_sign = true};
	vv_status rc;

	if ((rc = vv_index_open(&x, r, err)) < 0 || (rc = vv_index_write_tree(x, &tree, err)) < 0) {
		return rc;
	}
	rc = vv_commit_write(r, &o, out, err);
	return rc < 0 ? rc : vv_repository_flush(r, err);
}

/* The revision of a side in hex; "": the work tree. */
static vv_status name_side(char hex[VV_OID_TEXT + 1], const vv_check_query *q,
			   const vv_diff_side *side, vv_error *err)
{
	vv_status rc = VV_OK;

	*hex = '\0';
	if (!side || side->kind == VV_SIDE_WORK) return VV_OK;
	vv_oid id = side->commit;
	if (side->kind == VV_SIDE_INDEX) {
		rc = make_commit(q->repo, &id, err);
	}
	if (rc == VV_OK) {
		vv_oid_text(hex, &id);
	}
	return rc;
}

static vv_status start_query(reading *r, vv_error *err)
{
	const vv_check_query *q = r->q;
	const vv_helper_limits limits = {.memory = MEMORY, .seconds = SECONDS, .bound = true};
	const char *folder = q->folder ? q->folder : "/";
	char at[VV_OID_TEXT + 1], base[VV_OID_TEXT + 1];
	vv_auto(char) *program = NULL;
	vv_auto(vv_buf) sql = VV_BUF_INIT;
	const char *argv[16];
	size_t n = 0;
	vv_status rc;

	if ((rc = vv_program_find_own(&program, q->env, "varve-sql", err)) == VV_EPROGRAM) {
		return vv_fail(err, VV_EPROGRAM,
			       "varve-sql, which runs queries, is not installed\n"
			       "install the package varve-sql");
	}
	if (rc < 0 || (rc = name_side(at, q, q->side, err)) < 0 ||
	    (rc = name_side(base, q, q->base, err)) < 0) {
		return rc;
	}
	put_query(&sql, q, r->rule, base);
	if (q->repo) {
		folder = vv_repository_is_bare(q->repo) ? vv_repository_gitdir(q->repo)
							: vv_repository_workdir(q->repo);
	}
	vv_words_add(argv, &n, program, "-C", folder);
	if (q->repo) {
		vv_words_add(argv, &n, "--git-dir", vv_repository_gitdir(q->repo));
	}
	vv_words_add(argv, &n, "--confined", "-q", "--format", "csv");
	if (*at) {
		vv_words_add(argv, &n, "--at", at);
	}
	vv_words_add(argv, &n, "-c", vv_buf_cstr(&sql));
	return (rc = vv_buf_ok(&sql, err)) < 0
		       ? rc
		       : vv_helper_start(&r->helper, q->env, argv, &limits, err);
}

/* --- its rows -------------------------------------------------------------------------------- */

/* The bytes of the next row, with its line end; 0: it is not there as a whole. */
static size_t row_len(const char *s, size_t len)
{
	bool quoted = false;

	for (size_t i = 0; i < len; i++) {
		quoted = quoted != (s[i] == '"');
		if (s[i] == '\n' && !quoted) return i + 1;
	}
	return 0;
}

static bool is_named(const vv_csv_value *name, const char *text)
{
	return strlen(text) == name->len && memcmp(text, name->text, name->len) == 0;
}

/* Rows are named by the table's key, where the query has all of its columns, else by the first column. */
static vv_status take_names(reading *r, vv_error *err)
{
	const vv_root *root = r->q->root;
	const size_t want = root ? root->key_count : 0;

	r->names = vv_arena_calloc(&r->arena, r->row.count + 1, sizeof(*r->names));
	r->key = vv_arena_calloc(&r->arena, want + 1, sizeof(*r->key));
	if (!r->names || !r->key) return vv_fail_nomem(err);
	r->width = r->row.count;
	for (size_t i = 0; i < r->row.count; i++) {
		r->names[i] = r->row.values[i];
		r->names[i].text = vv_arena_strndup(&r->arena, r->row.values[i].text,
						    r->row.values[i].len);
		if (!r->names[i].text) return vv_fail_nomem(err);
	}
	for (size_t k = 0; k < want; k++) {
		for (size_t i = 0; i < r->row.count && r->key_count == k; i++) {
			if (is_named(&r->names[i], root->key[k])) {
				r->key[r->key_count++] = i;
			}
		}
	}
	if (want == 0 || r->key_count < want) {
		r->key[0] = 0;
		r->key_count = 1;
	}
	return VV_OK;
}

static void put_cell(vv_buf *out, const reading *r, size_t i)
{
	vv_buf_puts(out, out->len > 0 ? ", " : "");
	vv_buf_put(out, r->names[i].text, r->names[i].len);
	vv_buf_putc(out, '=');
	if (r->row.values[i].missing) {
		vv_buf_puts(out, "null");
	} else {
		vv_buf_put(out, r->row.values[i].text, r->row.values[i].len);
	}
}

static vv_finding make_finding(const reading *r)
{
	return (vv_finding){.rule = r->rule->rule->code,
			    .severity = r->rule->severity,
			    .path = r->q->path,
			    .commit = r->q->commit,
			    .name = vv_check_rule_given(r->rule),
			    .expected = r->rule->text};
}

static vv_status give_row(reading *r, vv_error *err)
{
	vv_finding f = make_finding(r);
	vv_status rc;

	vv_buf_reset(&r->key_text);
	vv_buf_reset(&r->value);
	vv_buf_reset(&r->message);
	for (size_t k = 0; k < r->key_count; k++) {
		put_cell(&r->key_text, r, r->key[k]);
	}
	for (size_t i = 0; i < r->row.count; i++) {
		if (!vv_array_has(r->key, r->key_count, i)) {
			put_cell(&r->value, r, i);
		}
	}
	vv_buf_puts(&r->message, "the query ");
	if (f.name) {
		vv_buf_printf(&r->message, "\"%s\" ", vv_text_shows(f.name));
	}
	vv_buf_puts(&r->message, "returns this row");
	if ((rc = vv_buf_ok(&r->key_text, err)) < 0 || (rc = vv_buf_ok(&r->value, err)) < 0 ||
	    (rc = vv_buf_ok(&r->message, err)) < 0) {
		return rc;
	}
	f.message = vv_buf_cstr(&r->message);
	f.key = vv_buf_cstr(&r->key_text);
	f.key_len = r->key_text.len;
	if (r->value.len > 0) {
		f.value = vv_buf_cstr(&r->value);
		f.value_len = r->value.len;
	}
	return r->q->finding(r->q->payload, &f, err);
}

static vv_status take_row(reading *r, size_t len, vv_error *err)
{
	const char *row = r->text.data + r->at;
	vv_status rc;

	if (r->names && ++r->found > r->q->limit) return VV_OK;
	len -= len > 1 && row[len - 2] == '\r' ? 2 : 1; /* its line end */
	if ((rc = vv_csv_record_read(&r->row, row, len, err)) < 0) return rc;
	if (r->row.count > CELLS_MAX) {
		return vv_fail(err, VV_EREFUSED, "a query can return at most %u columns",
			       CELLS_MAX);
	}
	if (!r->names) return take_names(r, err);
	return r->row.count == r->width ? give_row(r, err)
					: vv_fail(err, VV_EIO, "varve-sql wrote an incomplete row");
}

/* Takes the rows that exist as a whole. */
static vv_status take_rows(reading *r, vv_error *err)
{
	vv_status rc = VV_OK;
	size_t len;

	while (rc == VV_OK && (len = row_len(r->text.data + r->at, r->text.len - r->at)) > 0) {
		rc = take_row(r, len, err);
		r->at += len;
	}
	return rc;
}

static vv_status read_rows(reading *r, vv_error *err)
{
	char bytes[65536];
	ssize_t n;
	vv_status rc = VV_OK;

	while ((n = vv_helper_read(r->helper, bytes, sizeof(bytes), err)) > 0) {
		vv_buf_drop_front(&r->text, r->at);
		r->at = 0;
		vv_buf_put(&r->text, bytes, (size_t)n);
		r->keeps = r->keeps && r->all.len + (size_t)n <= KEPT_MAX;
		if (r->keeps) {
			vv_buf_put(&r->all, bytes, (size_t)n);
		}
		if ((rc = vv_buf_ok(&r->text, err)) < 0 || (rc = take_rows(r, err)) < 0) return rc;
		if (r->text.len - r->at > ROW_MAX) {
			return vv_fail(err, VV_EREFUSED, "a row of the query is longer than %s",
				       vv_text_bytes(ROW_MAX));
		}
	}
	return n < 0 ? (vv_status)n : VV_OK;
}

/* Converts varve-sql's stderr: a line with its name, lines with the place in the query, and maybe a hint. */
static vv_status explain_failure(const reading *r, int code, vv_error *err)
{
	static const char name[] = "varve: ", hint[] = "hint: ";
	const char *said = vv_helper_wrote(r->helper), *advice = strstr(said, hint);

	said += strncmp(said, name, strlen(name)) == 0 ? strlen(name) : 0;
	vv_fail(err, code == 1 ? VV_EINPUT : VV_EIO, "%.*s", (int)strcspn(said, "\n"), said);
	return advice ? vv_hint(err, "%.*s", (int)strcspn(advice + strlen(hint), "\n"),
				advice + strlen(hint))
		      : err->code;
}

/* --- cache ---------------------------------------------------------------------------- */

/* Has the query the same rows whenever it is run on the same files? Not with the time, chance, or what refs name. */
static bool is_lasting(const vv_check_query *q, const vv_check_rule *rule)
{
	static const char *const words[] = {"date",   "time",    "julianday", "epoch", "now",
					    "random", "current", "varve_",    "@",     "./",
					    " of",    "	of",     "/of"};
	bool lasting = q->cache && q->repo && (!q->base || q->base->kind == VV_SIDE_COMMIT);

	for (size_t i = 0; lasting && i < sizeof(words) / sizeof(words[0]); i++) {
		for (const char *s = rule->condition; lasting && *s; s++) {
			lasting = vv_ascii_compare(s, words[i], strlen(words[i])) != 0;
		}
	}
	return lasting;
}

/* The cache key of the rows. *may: they may be cached. */
static vv_status make_id(const reading *r, vv_hash128 *out, bool *may, vv_error *err)
{
	const vv_check_query *q = r->q;
	vv_auto(vv_buf) id = VV_BUF_INIT;
	vv_hash128 files;
	vv_status rc;

	*may = is_lasting(q, r->rule);
	if (!*may) return VV_OK;
	vv_buf_printf(&id, "query %s\n%s\n%s\n", q->path, q->base ? q->base_path : "",
		      r->rule->condition);
	if (q->side->kind == VV_SIDE_COMMIT) {
		vv_buf_put(&id, &q->side->commit, sizeof(q->side->commit));
	} else {
		rc = work_id(&files, may, q->repo, q->path, q->side->kind == VV_SIDE_WORK, err);
		if (rc < 0) return rc;
		vv_buf_put(&id, &files, sizeof(files));
		vv_buf_putc(&id, q->side->kind == VV_SIDE_WORK ? 'w' : 'i');
	}
	vv_buf_put(&id, q->base ? &q->base->commit : NULL, q->base ? sizeof(q->base->commit) : 0);
	*out = vv_xxh3_128(id.data, id.len, 0);
	return vv_buf_ok(&id, err);
}

/* 1: all rows came from the cache; 0: no; <0. */
static int take_kept(reading *r, vv_error *err)
{
	vv_status rc = make_id(r, &r->kept_as, &r->keeps, err);

	if (rc < 0 || !r->keeps) return (int)rc;
	int got = vv_check_cache_get(r->q->cache, "query", r->kept_as, &r->text, err);
	if (got <= 0) {
		vv_buf_reset(&r->text);
		return got;
	}
	return (rc = take_rows(r, err)) < 0 ? (int)rc : 1;
}

/* Caches the rows, if the files are unchanged. */
static vv_status keep_rows(const reading *r, vv_error *err)
{
	vv_hash128 now;
	bool may;
	vv_status rc = make_id(r, &now, &may, err);

	if (rc < 0 || !may || now.lo != r->kept_as.lo || now.hi != r->kept_as.hi) return rc;
	return vv_check_cache_put(r->q->cache, "query", r->kept_as, vv_buf_cstr(&r->all),
				  r->all.len, err);
}

static vv_status end_query(reading *r, vv_error *err)
{
	const vv_check_query *q = r->q;
	const vv_finding like = make_finding(r);
	vv_status rc = r->keeps && !r->all.failed ? keep_rows(r, err) : VV_OK;

	return rc == VV_OK && r->found > q->limit
		       ? q->more(q->payload, &like, r->found - q->limit, err)
		       : rc;
}

vv_status vv_check_query_run(const vv_check_query *q, const vv_check_rule *rule, vv_error *err)
{
	vv_auto(reading) r = {.q = q, .rule = rule, .arena = VV_ARENA_INIT};
	int code, got = take_kept(&r, err);
	vv_status rc;

	if (got != 0) {
		r.keeps = false;
		return got < 0 ? (vv_status)got : end_query(&r, err);
	}
	if ((rc = start_query(&r, err)) < 0 || (rc = read_rows(&r, err)) < 0 ||
	    (rc = vv_helper_end(r.helper, &code, err)) < 0) {
		return rc;
	}
	if (code != 0) return explain_failure(&r, code, err);
	return end_query(&r, err);
}
