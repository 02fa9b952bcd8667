/*
 * journal_read: from the lines of a journal to what they say.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/worktree/journal_internal.h"

enum { SUM_LEN = 16, LOG_BYTES_MAX = 1 << 30 };

static vv_status bad_line(vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "a line of the journal is not as varve writes it");
}

/* A name: as text, or in hex under another member. NULL: not there. */
static const char *get_name(vv_journal_log *l, const vv_json *v, const char *name)
{
	char key[32];
	const char *text = vv_json_get_string(v, name);

	if (text) return vv_arena_strndup(&l->arena, text, strlen(text));
	(void)snprintf(key, sizeof(key), "%s_hex", name);
	text = vv_json_get_string(v, key);
	size_t len = text ? strlen(text) / 2 : 0;
	uint8_t *bytes = text ? vv_arena_calloc(&l->arena, len + 1, 1) : NULL;
	return bytes && vv_hex_read(bytes, len, text) && strlen((char *)bytes) == len
		       ? (const char *)bytes
		       : NULL;
}

static bool get_id(const vv_json *v, const char *name, vv_oid *out)
{
	const char *text = vv_json_get_string(v, name);

	return text && vv_oid_parse(out, text, strlen(text));
}

/* "100644 1f7a7a...", or "0". */
static bool get_version(const vv_json *v, const char *name, uint32_t *mode, vv_oid *id)
{
	const char *text = vv_json_get_string(v, name);
	char *end;

	if (!text || *text < '0' || *text > '7') return false;
	unsigned long n = strtoul(text, &end, 8);
	*mode = (uint32_t)n;
	return n == 0 ? *end == '\0'
		      : n <= 0177777 && *end == ' ' && vv_oid_parse(id, end + 1, strlen(end + 1));
}

static vv_status read_first(vv_journal_log *l, const vv_json *v, vv_error *err)
{
	const char *command = get_name(l, v, "command"), *what = get_name(l, v, "what");
	const char *end = vv_json_get_string(v, "end");
	uint64_t version;

	if (!vv_json_get_u64(&version, v, "journal") || version == 0) return bad_line(err);
	if (version > VV_JOURNAL_VERSION) {
		return vv_fail(
			err, VV_ENOSUPPORT,
			"a command of a newer varve was interrupted here (its journal has format "
			"%" PRIu64 ", this varve reads %d)\n"
			"run any command of that varve here; or remove "
			".git/varve/journal to leave files and index as they are",
			version, VV_JOURNAL_VERSION);
	}
	if (!command || !what || !end) return bad_line(err);
	l->opts.command = command;
	l->opts.what = what;
	l->opts.end = strcmp(end, "head") == 0    ? VV_JOURNAL_END_HEAD
		      : strcmp(end, "index") == 0 ? VV_JOURNAL_END_INDEX
						  : VV_JOURNAL_END_CLOSE;
	(void)vv_json_get_u64(&l->pid, v, "pid");
	return VV_OK;
}

static vv_status read_path(vv_journal_log *l, const vv_json *v, vv_error *err)
{
	static const char *const names[] = {"index", "base", "ours", "theirs"};

	if (!vv_array_room(l->entries, l->entry_count, l->entry_cap)) return vv_fail_nomem(err);
	vv_journal_entry *e = &l->entries[l->entry_count];
	*e = (vv_journal_entry){.change.path = get_name(l, v, "path")};
	e->change.from = get_name(l, v, "from");
	e->was = get_name(l, v, "was");
	(void)vv_json_get_u64(&e->kept, v, "kept");
	(void)get_version(v, "old", &e->change.old_mode, &e->change.old_id);
	e->change.known = get_version(v, "new", &e->change.new_mode, &e->change.new_id);
	e->change.index_only = vv_json_get_bool(v, "index_only", false);
	e->change.work_only = vv_json_get_bool(v, "work_only", false);
	e->change.conflict = vv_json_get_bool(v, "conflict", false);
	for (size_t i = 0; i < 4; i++) {
		(void)get_version(v, names[i], &e->sides[i].mode, &e->sides[i].id);
	}
	/* It is a name to write to: only such as varve ever writes. */
	if (!e->change.path || !e->was || vv_path_check_plain(e->change.path, err) < 0 ||
	    (e->change.from && vv_path_check_plain(e->change.from, err) < 0)) {
		return bad_line(err);
	}
	l->entry_count++;
	return VV_OK;
}

static vv_status read_file(vv_journal_log *l, const vv_json *v, vv_error *err)
{
	if (!vv_array_room(l->files, l->file_count, l->file_cap)) return vv_fail_nomem(err);
	vv_journal_pair *p = &l->files[l->file_count];
	*p = (vv_journal_pair){get_name(l, v, "file"), NULL, 0};
	(void)vv_json_get_u64(&p->kept, v, "kept");
	if (!p->name || strncmp(p->name, "varve/", 6) != 0 || strstr(p->name, "..")) {
		return bad_line(err);
	}
	l->file_count++;
	return VV_OK;
}

static vv_status read_head(vv_journal_log *l, const vv_json *v, vv_error *err)
{
	const char *branch = get_name(l, v, "branch");

	if (!get_id(v, "head", &l->old.commit)) return bad_line(err);
	vv_free(l->old.branch);
	l->old.branch = branch ? vv_strdup(branch) : NULL;
	return branch && !l->old.branch ? vv_fail_nomem(err) : VV_OK;
}

/* A put is for later, when the paths are sorted. */
static vv_status read_line(vv_journal_log *l, const vv_json *v, vv_error *err)
{
	if (!l->opts.command) return read_first(l, v, err);
	if (vv_json_get(v, "path") || vv_json_get(v, "path_hex")) return read_path(l, v, err);
	if (vv_json_get(v, "file")) return read_file(l, v, err);
	if (vv_json_get(v, "head")) return read_head(l, v, err);
	l->ready = l->ready || vv_json_get(v, "ready");
	return vv_json_get(v, "put") || vv_json_get(v, "put_hex") || vv_json_get(v, "ready")
		       ? VV_OK
		       : bad_line(err);
}

/* Those that keep a file's bytes come behind those that move one to the path. */
static int compare_entries(const void *a, const void *b)
{
	const vv_journal_entry *x = a, *y = b;
	int c = strcmp(x->change.path, y->change.path);

	return c ? c : (x->change.from == NULL) - (y->change.from == NULL);
}

static vv_status add_put(vv_journal_log *l, const vv_json *v, vv_error *err)
{
	const char *path = get_name(l, v, "put"), *identity = get_name(l, v, "is");

	if (!path || !identity) return bad_line(err);
	size_t low = vv_first_place(i, l->entry_count, strcmp(l->entries[i].change.path, path) < 0);
	for (; low < l->entry_count && strcmp(l->entries[low].change.path, path) == 0; low++) {
		vv_journal_put *p = vv_arena_alloc(&l->arena, sizeof(*p));

		if (!p) return vv_fail_nomem(err);
		*p = (vv_journal_put){identity, l->entries[low].puts};
		l->entries[low].puts = p;
	}
	return VV_OK;
}

/* The next line whose checksum is right. False: none; *rest: is there more than a torn line? */
static bool next_line(const char **at, const char *end, uint64_t *chain, const char **json,
		      size_t *len, bool *rest)
{
	const char *eol = memchr(*at, '\n', (size_t)(end - *at));
	char sum[SUM_LEN + 1];

	*rest = false;
	if (!eol) {
		return false; /* torn: what it tells of had not begun */
	}
	/* Zeros stand where a power cut took what was appended and not synced: notes, which the files
	 * themselves make up for. */
	*rest = !memchr(*at, '\0', (size_t)(end - *at));
	if (eol - *at < SUM_LEN + 2 || (*at)[SUM_LEN] != ' ') return false;
	*json = *at + SUM_LEN + 1;
	*len = (size_t)(eol - *json);
	*chain = vv_xxh3(*json, *len, *chain);
	(void)snprintf(sum, sizeof(sum), "%016" PRIx64, *chain);
	if (memcmp(sum, *at, SUM_LEN) != 0) return false;
	*at = eol + 1;
	*rest = false;
	return true;
}

/* Reads the lines twice: paths, then what was put there. */
static vv_status read_lines(vv_journal_log *l, const vv_buf *text, bool puts, vv_error *err)
{
	const char *at = vv_buf_cstr(text), *end = at + text->len, *json;
	uint64_t chain = 0;
	size_t len;
	bool rest;
	vv_status rc = VV_OK;

	while (rc == VV_OK && next_line(&at, end, &chain, &json, &len, &rest)) {
		vv_auto(vv_arena) arena = VV_ARENA_INIT;
		vv_json *v;

		if ((rc = vv_json_read(&v, &arena, json, len, "journal", err)) == VV_OK) {
			if (!puts) {
				rc = read_line(l, v, err);
			} else if (vv_json_get(v, "put") || vv_json_get(v, "put_hex")) {
				rc = add_put(l, v, err);
			}
		}
	}
	l->damaged = l->damaged || rest;
	return rc == VV_EINPUT ? VV_ECORRUPT : rc;
}

vv_status vv_journal_read(vv_journal_log *out, vv_repository *r, vv_error *err)
{
	vv_auto(char) *log = vv_journal_place(r, VV_JOURNAL_LOG);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	vv_arena_init(&out->arena);
	if (!log) return vv_fail_nomem(err);
	if ((rc = vv_read_file(&text, log, LOG_BYTES_MAX, err)) < 0 ||
	    (rc = read_lines(out, &text, false, err)) < 0) {
		return rc;
	}
	if (!out->opts.command) {
		return vv_fail(err, VV_ECORRUPT,
			       "the journal of an interrupted command is damaged");
	}
	if (out->entry_count > 1) {
		qsort(out->entries, out->entry_count, sizeof(*out->entries), compare_entries);
	}
	rc = read_lines(out, &text, true, err);
	out->damaged = out->damaged || !out->ready;
	return rc;
}

void vv_journal_log_clear(vv_journal_log *l)
{
	vv_free_all(l->old.branch, l->entries, l->files);
	vv_arena_clear(&l->arena);
	memset(l, 0, sizeof(*l));
}
