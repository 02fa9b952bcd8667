/*
 * document: a reader at work, its limits and its errors.
 */
#include "lib/documents/document.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/read/sniff.h"
#include "dataset/read/unseen.h"
#include "lib/arrow/in/rewrite.h"
#include "lib/arrow/ipc_reader.h"
#include "lib/documents/helper.h"
#include "lib/documents/reader.h"
#include "repo/git/config.h"
#include "repo/git/program.h"
#include "repo/git/repository.h"

#define TABLES_MAX 10000u
#define WORDS_MAX 16u
#define MEMORY ((uint64_t)1 << 30)
#define SECONDS 120u
#define OUTPUT ((uint64_t)16 << 30)
#define TIME_SIZE 40u /* of a file's time as text */
#define NO_LIBRARY 3  /* a reader's exit code: a library is not installed */

static const char *const no_words[] = {NULL};

/* --- running it ---------------------------------------------------------------- */

/* Words, parted by blanks; '...' and "..." keep them. */
static vv_status split_words(vv_document *d, const char *text, vv_error *err)
{
	const char **words = vv_arena_alloc(&d->arena, (WORDS_MAX + 1) * sizeof(*words));
	char *to = vv_arena_alloc(&d->arena, strlen(text) + 1);
	size_t count = 0;

	if (!words || !to) return vv_fail_nomem(err);
	while (*(text += strspn(text, " \t"))) {
		char quote = 0;

		if (count == WORDS_MAX) {
			return vv_fail(err, VV_EUSAGE,
				       "the command of a reader has more than %u words", WORDS_MAX);
		}
		words[count++] = to;
		for (; *text && (quote || !strchr(" \t", *text)); text++) {
			if (quote ? *text == quote : *text == '\'' || *text == '"') {
				quote = quote ? 0 : *text;
			} else {
				*to++ = *text;
			}
		}
		*to++ = '\0';
	}
	words[count] = NULL;
	d->command = words;
	return count > 0 ? VV_OK : vv_fail(err, VV_EUSAGE, "the command of a reader is empty");
}

static uint64_t limit_of(const vv_document *d, const char *key, uint64_t fallback)
{
	vv_auto(char) *value = vv_reader_setting(d->repo, d->env, key);
	uint64_t v = fallback;

	return value && vv_config_read_u64(key, value, &v, VV_IGNORED) == VV_OK ? v : fallback;
}

static vv_helper_limits limits_of(const vv_document *d, bool ahead)
{
	const uint64_t seconds = limit_of(d, "varve.reader.seconds", SECONDS);

	return (vv_helper_limits){.memory = limit_of(d, "varve.reader.memory", MEMORY),
				  .memory_setting = " (varve.reader.memory)",
				  .seconds = seconds <= UINT_MAX ? (unsigned)seconds : SECONDS,
				  .output = limit_of(d, "varve.reader.output", OUTPUT),
				  .progress = d->progress,
				  .ahead = ahead};
}

/* Makes sure that d->file exists. */
static vv_status bring_file(vv_document *d, vv_error *err)
{
	if (!d->file && !d->bring) return vv_fail(err, VV_EUSAGE, "the document is closed");
	return d->file ? VV_OK : d->bring(d->payload, &d->file, err);
}

/* words: up to four that follow the file, ended by NULL. */
static vv_status start_reader(vv_helper **out, vv_document *d, const char *verb,
			      const char *const *words, bool ahead, vv_error *err)
{
	const vv_helper_limits limits = limits_of(d, ahead);
	const char *argv[WORDS_MAX + 7];
	char cwd[PATH_MAX];
	size_t n = 0;
	vv_status rc = bring_file(d, err);

	if (rc < 0) return rc;
	if (!getcwd(cwd, sizeof(cwd))) {
		return vv_fail_errno(err, "cannot find", "the working directory");
	}
	vv_auto(char) *file = vv_path_absolute(cwd, d->file);
	if (!file) return vv_fail_nomem(err);

	for (; d->command[n]; n++) {
		argv[n] = d->command[n];
	}
	argv[n++] = verb;
	argv[n++] = file;
	for (; *words; words++) {
		argv[n++] = *words;
	}
	argv[n] = NULL;
	return vv_helper_start(out, d->env, argv, &limits, err);
}

bool vv_documents_are_read(vv_repository *repo)
{
	bool on = true;

	return !repo || vv_config_bool(repo, "varve.readers", true, &on, VV_IGNORED) < 0 || on;
}

static const char *no_writer(const vv_document *d)
{
	return d->form ? "no program that writes Parquet is installed"
		       : "no program that writes workbooks is installed";
}

static const char *name_of(const vv_document *d)
{
	if (!d->written) return vv_text_shows(d->name);
	return d->form ? "the Parquet file" : "the workbook";
}

/* kind: from attributes, or NULL; why: the reader's missing package, or "". */
static vv_status none_reads(const vv_document *d, const char *kind, const char *why, vv_error *err)
{
	if (!vv_documents_are_read(d->repo)) {
		return vv_fail(
			err, VV_ENOSUPPORT,
			"%s: document readers are disabled in this repository\nset varve.readers to true "
			"to read documents",
			vv_text_shows(d->name));
	}
	const char *mark = *why ? ": " : "";

	if (d->written) {
		vv_fail(err, VV_ENOSUPPORT, "%s%s%s", no_writer(d), mark, why);
	} else {
		vv_fail(err, VV_ENOSUPPORT, "%s: no reader for this kind of file is installed%s%s",
			vv_text_shows(d->name), mark, why);
	}
	const char *install = d->written ? VV_WRITER_INSTALL : VV_READER_INSTALL;

	return kind ? vv_hint(err,
			      "'git config --global varve.reader.%s.command COMMAND' sets a "
			      "reader",
			      vv_text_shows(kind))
		    : vv_hint(err, "%s", install);
}

/* Python's, Arrow's and the system's words for it. */
static bool lacks_memory(const char *said)
{
	return strstr(said, "MemoryError") || strstr(said, "malloc of size") ||
	       strstr(said, "Cannot allocate memory");
}

/* A reader that could not: why. */
static vv_status fail_reader(const vv_document *d, vv_helper *h, int code, vv_error *err)
{
	const char *said = vv_helper_said(h);

	if (code == NO_LIBRARY || strstr(said, "No module named")) {
		return none_reads(d, NULL, code == NO_LIBRARY ? said : "", err);
	}
	vv_fail(err, VV_EINPUT, "%s: %s", name_of(d),
		*said ? said : "the reader failed without a message");
	return lacks_memory(said)
		       ? vv_hint(err,
				 "'git config --global varve.reader.memory 4g' gives readers 4 GiB "
				 "of memory")
		       : vv_hint(err, "the error comes from its reader: %s",
				 vv_text_shows(d->command[0]));
}

/* rc: of reading its output. A failure of the reader itself comes first, unless it was we who refused the rest. */
static vv_status end_reader(const vv_document *d, vv_helper *h, vv_status rc, vv_error *err)
{
	vv_error said;
	int code;

	if (rc == VV_EREFUSED || rc == VV_ECANCELLED) return vv_prefix_name(err, d->name);
	vv_status ended = vv_helper_end(h, &code, &said);

	if (ended == VV_OK && code != 0) return fail_reader(d, h, code, err);
	if (ended < 0) {
		if (err) {
			*err = said;
		}
		return vv_prefix(err, "%s", vv_text_shows(d->name));
	}
	return rc;
}

/* --- its list ------------------------------------------------------------------ */

static vv_status copy_key(vv_document *d, vv_document_table *t, const vv_json *key, vv_error *err)
{
	const char **names;
	size_t n = 0;

	if (!key || key->type != VV_JSON_ARRAY || key->count == 0) return VV_OK;
	if (!(names = vv_arena_alloc(&d->arena, (key->count + 1) * sizeof(*names)))) {
		return vv_fail_nomem(err);
	}
	for (const vv_json *v = key->first; v; v = v->next) {
		if (v->type == VV_JSON_STRING) {
			names[n++] = v->text;
		}
	}
	names[n] = NULL;
	t->key = names;
	return VV_OK;
}

/* "1795850000.120000000": the time of a file. "": it does not exist. */
static const char *time_of(char out[TIME_SIZE], const char *file)
{
	vv_stat st;

	out[0] = '\0';
	if (vv_lstat(&st, file, VV_IGNORED) == VV_OK) {
		(void)snprintf(out, TIME_SIZE, "%lld.%09u", (long long)st.mtime_sec, st.mtime_nsec);
	}
	return out;
}

/* The files of its libraries: another version of them may read other rows. */
static vv_status read_uses(vv_document *d, const vv_json *uses, const char *line, size_t len,
			   vv_error *err)
{
	char now[TIME_SIZE];

	for (const vv_json *f = uses->first; f; f = f->next) {
		d->outdated = d->outdated || f->type != VV_JSON_STRING ||
			      strcmp(f->text, time_of(now, f->name)) != 0;
	}
	d->uses = vv_arena_strndup(&d->arena, line, len);
	return vv_alloc_ok(d->uses, err);
}

static vv_status read_line(vv_document *d, const char *line, size_t len, vv_error *err)
{
	vv_document_table *t = &d->tables[d->count];
	const vv_json *uses;
	vv_json *v;
	vv_status rc;

	if (d->count == TABLES_MAX) {
		return vv_fail(err, VV_EREFUSED, "%s has more than %u tables",
			       vv_text_shows(d->name), TABLES_MAX);
	}
	if ((rc = vv_json_read(&v, &d->arena, line, len, "the reader's list", err)) < 0) return rc;
	if (!vv_json_get(v, "name") && (uses = vv_json_get(v, "uses")) &&
	    uses->type == VV_JSON_OBJECT) {
		return read_uses(d, uses, line, len, err);
	}
	*t = (vv_document_table){.name = vv_json_get_string(v, "name"),
				 .grid = vv_json_get_bool(v, "grid", false),
				 .types = vv_json_get_bool(v, "types", false),
				 .beside = vv_json_get_bool(v, "beside", false)};
	if (!t->name || strlen(t->name) == 0) {
		return vv_fail(err, VV_EINPUT, "the reader's list has a table without a name");
	}
	d->count++;
	return copy_key(d, t, vv_json_get(v, "key"), err);
}

static vv_status take_list(vv_helper *h, vv_buf *list, vv_error *err)
{
	char piece[16384];
	ssize_t n;

	while ((n = vv_helper_read(h, piece, sizeof(piece), err)) > 0) {
		vv_buf_put(list, piece, (size_t)n);
		if (list->len > VV_KEPT_TEXT_MAX) {
			return vv_fail(err, VV_EREFUSED, "the reader's list is longer than %s",
				       vv_text_bytes(VV_KEPT_TEXT_MAX));
		}
	}
	return n < 0 ? (vv_status)n : vv_buf_ok(list, err);
}

static vv_status read_list(vv_document *d, const vv_buf *list, vv_error *err)
{
	vv_status rc = VV_OK;

	d->tables = vv_arena_alloc(&d->arena, (TABLES_MAX + 1) * sizeof(*d->tables));
	if (!d->tables) return vv_fail_nomem(err);
	memset(d->tables, 0, (TABLES_MAX + 1) * sizeof(*d->tables));
	for (const char *p = vv_buf_cstr(list), *stop = p + list->len; p < stop && rc == VV_OK;) {
		const char *lf = memchr(p, '\n', (size_t)(stop - p));
		const size_t len = lf ? (size_t)(lf - p) : (size_t)(stop - p);

		if (len > 0) {
			rc = read_line(d, p, len, err);
		}
		p += len + 1;
	}
	return rc;
}

static void forget_list(vv_document *d, vv_buf *list)
{
	d->count = 0;
	d->uses = NULL;
	d->outdated = false;
	vv_buf_reset(list);
}

/* Its first bytes. */
static vv_status read_head(vv_buf *out, const char *file, vv_error *err)
{
	char bytes[VV_UNSEEN_HEAD];
	vv_auto(vv_fd) fd = vv_open_regular(file, 0, err);
	const ssize_t n = fd < 0 ? fd : vv_read_full(fd, bytes, sizeof(bytes), file, err);

	return n < 0 ? (vv_status)n : vv_buf_write(out, bytes, (size_t)n, err);
}

/* d->command. */
static vv_status choose_reader(vv_document *d, bool *own, vv_error *err)
{
	vv_auto(vv_buf) head = VV_BUF_INIT;
	vv_auto(char) *command = NULL, *kind = NULL;
	vv_status rc;

	vv_buf_put(&head, d->head, d->head_len);
	if ((d->head_len == 0 &&
	     ((rc = bring_file(d, err)) < 0 || (rc = read_head(&head, d->file, err)) < 0)) ||
	    (rc = vv_reader_find(&command, &kind, own, d->repo, d->env, d->name, vv_buf_cstr(&head),
				 head.len, err)) < 0) {
		return rc;
	}
	return command ? split_words(d, command, err) : none_reads(d, kind, "", err);
}

vv_status vv_document_open(vv_document *d, vv_error *err)
{
	vv_auto(vv_buf) list = VV_BUF_INIT;
	vv_auto(vv_helper) *h = NULL;
	vv_kept_name name;
	bool own;
	vv_status rc;

	d->arena = (vv_arena)VV_ARENA_INIT;
	if (!vv_documents_are_read(d->repo)) return none_reads(d, NULL, "", err);
	if ((rc = choose_reader(d, &own, err)) < 0) return rc;
	if (d->known_as) {
		if ((rc = vv_document_kept_name(&name, d, "", NULL, err)) < 0) return rc;
		if (vv_kept_text_get(&list, d->repo, &name)) {
			rc = read_list(d, &list, err);
			if (rc < 0 || !d->outdated) return rc;
			forget_list(d, &list);
		}
	}
	if ((rc = start_reader(&h, d, "list", no_words, false, err)) < 0) {
		return own && rc == VV_EPROGRAM ? none_reads(d, NULL, "", err)
						: vv_prefix(err, "%s", vv_text_shows(d->name));
	}
	rc = take_list(h, &list, err);
	if ((rc = end_reader(d, h, rc, err)) < 0 || (rc = read_list(d, &list, err)) < 0) return rc;
	if (d->known_as && vv_document_is_unchanged(d)) {
		vv_kept_text_put(d->repo, &name, list.data, list.len);
	}
	return VV_OK;
}

vv_status vv_document_write(vv_document *d, vv_bytes_fn fn, void *payload, vv_error *err)
{
	vv_auto(vv_helper) *h = NULL;
	char piece[16384];
	ssize_t n = 0;
	bool own;
	vv_status rc;

	d->arena = (vv_arena)VV_ARENA_INIT;
	d->written = true;
	d->head = d->form ? "PAR1" : "PK\3\4";
	d->head_len = 4;
	if ((rc = choose_reader(d, &own, err)) < 0) return rc;
	const char *const words[] = {d->form, NULL};
	if ((rc = start_reader(&h, d, "write", words, false, err)) < 0) {
		return own && rc == VV_EPROGRAM ? none_reads(d, NULL, "", err) : rc;
	}
	while (rc == VV_OK && (n = vv_helper_read(h, piece, sizeof(piece), err)) > 0) {
		rc = fn(payload, piece, (size_t)n, err);
	}
	return end_reader(d, h, n < 0 ? (vv_status)n : rc, err);
}

/* --- merging ------------------------------------------------------------------- */

#define MERGED_LINE_MAX ((size_t)64 << 10)

static vv_status read_merged_line(vv_document_merged *out, const char *line, size_t len,
				  vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *v;
	vv_status rc = vv_json_read(&v, &arena, line, len, "the reader's merge", err);

	if (rc < 0) return rc;
	const char *refused = vv_json_get_string(v, "refused"),
		   *words = refused ? refused : vv_json_get_string(v, "words");

	out->merged = !refused;
	vv_buf_puts(&out->words, words ? words : "");
	(void)vv_json_get_u64(&out->cells, v, "cells");
	(void)vv_json_get_u64(&out->conflicts, v, "conflicts");
	(void)vv_json_get_u64(&out->stale, v, "stale");
	return vv_buf_ok(&out->words, err);
}

/* A line of JSON, then the document. */
static vv_status read_merged(vv_document_merged *out, vv_helper *h, vv_error *err)
{
	char piece[16384];
	bool begun = false;
	ssize_t n;

	while ((n = vv_helper_read(h, piece, sizeof(piece), err)) > 0) {
		vv_buf_put(&out->bytes, piece, (size_t)n);
		const char *lf = begun || out->bytes.len == 0
					 ? NULL
					 : memchr(out->bytes.data, '\n', out->bytes.len);
		if (lf) {
			const size_t len = (size_t)(lf - out->bytes.data);
			const vv_status rc = read_merged_line(out, out->bytes.data, len, err);

			if (rc < 0) return rc;
			vv_buf_drop_front(&out->bytes, len + 1);
			begun = true;
		} else if (!begun && out->bytes.len > MERGED_LINE_MAX) {
			break;
		}
	}
	if (n < 0) return (vv_status)n;
	return vv_buf_ok(&out->bytes, err);
}

vv_status vv_document_merge(vv_document_merged *out, vv_document *d, const char *ours,
			    const char *theirs, const char *prefer, vv_error *err)
{
	const char *const words[] = {ours, theirs, prefer, NULL};
	vv_auto(vv_helper) *h = NULL;
	bool own;
	vv_status rc;

	d->arena = (vv_arena)VV_ARENA_INIT;
	if (!vv_documents_are_read(d->repo)) return none_reads(d, NULL, "", err);
	if ((rc = choose_reader(d, &own, err)) < 0) return rc;
	if (own && !vv_sniff_is_workbook(d->name)) return VV_OK;
	if ((rc = start_reader(&h, d, "merge", words, false, err)) < 0) {
		return own && rc == VV_EPROGRAM ? none_reads(d, NULL, "", err) : rc;
	}
	rc = end_reader(d, h, read_merged(out, h, err), err);
	out->merged = out->merged && rc == VV_OK;
	return rc == VV_EINPUT && !own ? VV_OK : rc; /* another reader may not merge */
}

void vv_document_merged_clear(vv_document_merged *m)
{
	vv_buf_clear(&m->words);
	vv_buf_clear(&m->bytes);
}

/* A word of the reader's command. Where it is a file, its time: what another version of it makes may differ. */
static void put_word(vv_buf *b, const vv_document *d, size_t i)
{
	vv_auto(char) *found = NULL;
	const char *word = d->command[i], *file = word;
	char time[TIME_SIZE];

	if (i == 0 && vv_program_find(&found, d->env, word, VV_IGNORED) == VV_OK) {
		file = found;
	}
	vv_buf_put(b, word, strlen(word) + 1);
	vv_buf_puts(b, vv_path_is_absolute(file) ? time_of(time, file) : "");
}

vv_status vv_document_kept_name(vv_kept_name *out, const vv_document *d, const char *table,
				const vv_buf *described, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_status rc;

	vv_buf_put(&b, VARVE_VERSION, sizeof(VARVE_VERSION));
	for (size_t i = 0; d->command[i]; i++) {
		put_word(&b, d, i);
	}
	vv_buf_puts(&b, d->uses ? d->uses : "");
	vv_buf_put(&b, d->known_as, strlen(d->known_as) + 1);
	vv_buf_put(&b, table, strlen(table) + 1);
	if (described) {
		vv_buf_put(&b, described->data, described->len);
	}
	return (rc = vv_buf_ok(&b, err)) < 0 ? rc : vv_kept_name_of(out, b.data, b.len, err);
}

bool vv_document_is_unchanged(const vv_document *d)
{
	vv_auto(vv_fd) fd = d->before ? vv_open_regular(d->file, 0, VV_IGNORED) : -1;
	vv_stat now;

	return !d->before || (fd >= 0 && vv_fstat(&now, fd, d->file, VV_IGNORED) == VV_OK &&
			      vv_stat_equal(&now, d->before));
}

void vv_document_close(vv_document *d)
{
	vv_arena_clear(&d->arena);
	*d = (vv_document){.env = NULL};
}

static void put_names(vv_buf *out, const vv_document *d)
{
	const size_t most = 8;

	for (size_t i = 0; i < d->count && i < most; i++) {
		vv_buf_printf(out, "%s'%s#%s'", i > 0 ? ", " : "", vv_text_shows(d->name),
			      vv_text_shows(d->tables[i].name));
	}
	if (d->count > most) {
		vv_buf_printf(out, " and %s", vv_text_counted(d->count - most, "other", NULL));
	}
}

const vv_document_table *vv_document_has(const vv_document *d, const char *table)
{
	return vv_array_find(d->tables, d->count, it, strcmp(it->name, table) == 0);
}

vv_status vv_document_find(const vv_document_table **out, const vv_document *d, const char *table,
			   vv_error *err)
{
	vv_auto(vv_buf) names = VV_BUF_INIT;
	size_t own = 0;

	*out = NULL;
	vv_array_each(d->tables, d->count, t) {
		if (table ? strcmp(t->name, table) == 0 : !t->beside) {
			*out = t;
			own++;
			if (table) return VV_OK;
		}
	}
	if (own == 1) return VV_OK;
	*out = NULL;
	put_names(&names, d);
	if (d->count == 0) {
		return vv_fail(err, VV_EINPUT, "%s has no tables", vv_text_shows(d->name));
	}
	if (table) {
		vv_fail(err, VV_ENOTFOUND, "%s has no table '%s'", vv_text_shows(d->name),
			vv_text_shows(table));
	} else {
		vv_fail(err, VV_EUSAGE, "%s has %s: name one of them", vv_text_shows(d->name),
			vv_text_counted(own, "table", NULL));
	}
	return vv_hint(err, "%s", vv_buf_cstr(&names));
}

/* --- its rows ------------------------------------------------------------------ */

#define HEAD 6u /* bytes to distinguish Arrow from text: "ARROW1" is its longest beginning */

struct vv_document_rows {
	const vv_document *document;
	vv_helper *helper;
	rewrite *text; /* NULL: the reader writes CSV */
	char head[HEAD];
	size_t head_len, head_at;
	bool grid, types, begun;
	vv_source bytes, source;
};

/* Skips the line of a sheet's letters: returns the first bytes after it, or 0. */
static ssize_t skip_letters(vv_document_rows *r, char *bytes, size_t len, vv_error *err)
{
	ssize_t n;

	while (!r->begun && (n = rewrite_read(r->text, bytes, len, err)) != 0) {
		const char *lf = n < 0 ? NULL : memchr(bytes, '\n', (size_t)n);

		if (n < 0) return n;
		if (lf) {
			r->begun = true;
			n -= lf + 1 - bytes;
			memmove(bytes, lf + 1, (size_t)n);
			return n;
		}
	}
	return 0;
}

/* Reads the reader's output. */
static ssize_t read_bytes(void *rows, void *bytes, size_t len, vv_error *err)
{
	vv_document_rows *r = rows;
	size_t n = r->head_len - r->head_at;

	if (n == 0) return vv_helper_read(r->helper, bytes, len, err);
	n = n < len ? n : len;
	memcpy(bytes, r->head + r->head_at, n);
	r->head_at += n;
	return (ssize_t)n;
}

/* Arrow begins with a length, of which a byte is 0 or 255, as none of text is; its files with a word. */
static vv_status is_csv(bool *is, vv_document_rows *r, vv_error *err)
{
	ssize_t n = 1;

	while (r->head_len < HEAD && (n = vv_helper_read(r->helper, r->head + r->head_len,
							 HEAD - r->head_len, err)) > 0) {
		r->head_len += (size_t)n;
	}
	const size_t word = r->head_len < 4 ? r->head_len : 4;

	*is = word > 0 && !memchr(r->head, 0, word) && !memchr(r->head, 255, word) &&
	      (r->head_len < HEAD || memcmp(r->head, "ARROW1", HEAD) != 0);
	return n < 0 ? (vv_status)n : VV_OK;
}

static ssize_t read_rows(void *rows, void *bytes, size_t len, vv_error *err)
{
	vv_document_rows *r = rows;

	const ssize_t n = r->grid && !r->begun ? skip_letters(r, bytes, len, err) : 0;

	return n != 0 ? n : rewrite_read(r->text, bytes, len, err);
}

vv_status vv_document_rows_start(vv_document_rows **out, vv_document *d, const vv_document_table *t,
				 bool ahead, vv_error *err)
{
	vv_document_rows *r = *out = vv_calloc(1, sizeof(*r));

	if (!r) return vv_fail_nomem(err);
	r->document = d;
	r->grid = t->grid;
	r->types = t->types;
	const char *const words[] = {t->name, NULL};
	return start_reader(&r->helper, d, "read", words, ahead, err);
}

vv_status vv_document_rows_open(vv_document_rows *r, vv_error *err)
{
	const rewrite_options how = {.mode = 0};
	const char *name = r->document->name;
	struct ArrowArrayStream stream;
	bool csv;
	vv_status rc;

	r->bytes = (vv_source){.read = read_bytes, .payload = r, .name = name};
	if ((rc = is_csv(&csv, r, err)) < 0 ||
	    (!csv && ((rc = vv_arrow_ipc_read(&stream, &r->bytes, err)) < 0 ||
		      (rc = rewrite_open(&r->text, &stream, NULL, "table.csv", &how, err)) < 0))) {
		return end_reader(r->document, r->helper, rc, err);
	}
	r->source = csv ? r->bytes : (vv_source){.read = read_rows, .payload = r, .name = name};
	return VV_OK;
}

const vv_source *vv_document_rows_source(vv_document_rows *r)
{
	return &r->source;
}

void vv_document_rows_form(vv_document_rows *r, vv_sniff_hints *out, const char **schema)
{
	*schema = r->text && r->types ? rewrite_schema(r->text) : NULL;
	if (r->text) {
		rewrite_form(out, r->text);
	} else {
		out->has_form = true;
		out->form = VV_FORM_CSV;
		out->delimiter = ',';
		out->quote = '"';
		out->header = 1;
	}
	if (r->grid) {
		out->header = -1;
	}
}

vv_status vv_document_rows_end(vv_document_rows *r, vv_status rc, vv_error *err)
{
	return end_reader(r->document, r->helper, rc, err);
}

const char *vv_document_rows_wrote(const vv_document_rows *r)
{
	return vv_helper_wrote(r->helper);
}

void vv_document_warn(const vv_document *d, const char *table, const char *wrote)
{
	static const char note[] = "note: ";
	const vv_notes *notes = d->repo ? vv_repository_notes(d->repo) : NULL;

	for (const char *line = wrote; *line; line += strcspn(line, "\n")) {
		line += strspn(line, "\n");
		if (strncmp(line, note, strlen(note)) == 0) {
			line += strlen(note);
			vv_auto(char) *text = vv_strndup(line, strcspn(line, "\n"));
			vv_notes_warn(notes, "%s#%s: %s", vv_text_shows(d->name),
				      vv_text_shows(table), vv_text_shows(text ? text : ""));
		}
	}
}

void vv_document_rows_close(vv_document_rows *r)
{
	if (!r) return;
	rewrite_close(r->text);
	vv_helper_close(r->helper);
	vv_free(r);
}
