/*
 * snapshots: which date a name has, which files are versions already, and what must be decided first.
 */
#include "lib/clone/snapshots.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "diff/rows/columns.h"
#include "diff/spreadsheet/excel_rows.h"
#include "lib/clone/imported.h"
#include "lib/commit/txn.h"
#include "lib/merge/run.h"
#include "lib/merge/tables.h"
#include "lib/status/change_count.h"
#include "lib/view/table_pairs.h"
#include "repo/git/history/commit.h"
#include "repo/git/index/index.h"
#include "repo/git/merge/path_log.h"
#include "repo/git/tree.h"

#define SHA_LINE "\nSnapshot-SHA256: "
#define ROOT_LINE "\nSnapshot-Root: "
#define SUBJECT "Import "
#define SPAN_MAX (32 * 86400) /* seconds of a date that a name has: a month */

void vv_snapshots_clear(vv_snapshots *s)
{
	vv_array_each(s->items, s->count, item) {
		vv_free(item->file);
		vv_buf_clear(&item->words);
	}
	vv_array_clear(s->before, s->before_count, it, vv_free(it->file));
	vv_free(s->items);
	*s = (vv_snapshots){.repo = NULL};
}

/* ---- files and their dates ---- */

static vv_status add_file(vv_snapshots *s, const char *file, vv_error *err)
{
	char *copy = vv_strdup(file);

	return vv_array_own(s->items, s->count, s->cap, copy, (vv_snapshot){.file = copy})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static vv_status add_files(vv_snapshots *s, const char *word, vv_error *err)
{
	vv_auto(vv_folder) f = {0};
	struct stat st;
	vv_status rc;

	if (stat(word, &st) < 0) return vv_fail_errno(err, "cannot read", word);
	if (!S_ISDIR(st.st_mode)) return add_file(s, word, err);
	if ((rc = vv_folder_read(&f, word, false, err)) < 0) return rc;
	while (rc == VV_OK && vv_folder_next(&f)) {
		if (f.kind == VV_ENTRY_FILE && f.name[0] != '.') {
			rc = add_file(s, f.path, err);
		}
	}
	return rc;
}

/* Is it the file that the first len bytes of a word name, by its path or its name? */
static bool is_called(const vv_snapshot *i, const char *word, size_t len)
{
	const char *name = vv_path_base(i->file);

	return (strncmp(i->file, word, len) == 0 && !i->file[len]) ||
	       (strncmp(name, word, len) == 0 && !name[len]);
}

/* The word of that file; what: the option, whose words have "=" behind the file; NULL: they are files. */
static const char *word_of(const vv_strings *words, const vv_snapshot *i, bool has_value)
{
	for (size_t k = 0; k < words->count; k++) {
		const char *word = words->items[k], *sign = has_value ? strrchr(word, '=') : NULL;
		const size_t len = sign ? (size_t)(sign - word) : strlen(word);

		if (is_called(i, word, len)) return word + len + (sign != NULL);
	}
	return NULL;
}

static vv_status check_words(const vv_snapshots *s, const vv_strings *words, bool has_value,
			     vv_error *err)
{
	for (size_t k = 0; k < words->count; k++) {
		const vv_strings one = {&words->items[k], 1};
		const char *word = words->items[k], *sign = has_value ? strrchr(word, '=') : NULL;
		bool found = false;

		if (has_value && !sign) {
			return vv_fail(err, VV_EUSAGE, "--date requires FILE=DATE, not '%s'",
				       vv_text_shows(word));
		}
		for (size_t n = 0; n < s->count && !found; n++) {
			found = word_of(&one, &s->items[n], has_value) != NULL;
		}
		if (!found) {
			return vv_fail(
				err, VV_ENOTFOUND, "%s: no file is named '%s'",
				has_value ? "--date" : "--skip",
				vv_text_name(word, sign ? (size_t)(sign - word) : strlen(word)));
		}
	}
	return VV_OK;
}

/* How many dates a name has; the last one that differs from those before it. */
static unsigned dates_of(vv_date *out, const char *name, vv_date_order order)
{
	unsigned count = 0;

	for (const char *p = name; *p;) {
		const bool begins = p == name || !vv_is_alnum(p[-1]) ||
				    !vv_is_digit(*p) != !vv_is_digit(p[-1]);
		vv_date d;
		const size_t len = begins ? vv_date_read(&d, p, order) : 0;

		if (len == 0 || !d.has_year || d.wrong || d.end - d.begin > SPAN_MAX) {
			p++;
			continue;
		}
		count += count == 0 || d.begin != out->begin;
		*out = d;
		p += len;
	}
	return count;
}

static vv_status ask_user(vv_snapshots *s, vv_snapshot *i, const char *what)
{
	i->kind = VV_SNAPSHOT_ASKS;
	s->asks++;
	vv_buf_puts(&i->words, what);
	return VV_OK;
}

static vv_status find_date(vv_snapshots *s, vv_snapshot *i, vv_error *err)
{
	const char *given = word_of(&s->dates, i, true);
	vv_date d = {.begin = 0};
	vv_stat st;
	vv_status rc;

	const unsigned count = given ? 1 : dates_of(&d, vv_path_base(i->file), s->order);
	if (given && (rc = vv_date_span(&d, given, err)) < 0) return rc;
	if (word_of(&s->skip, i, false)) {
		i->kind = VV_SNAPSHOT_SKIPPED;
		vv_buf_puts(&i->words, "skipped");
		i->dated = count == 1 && !d.either;
		vv_date_moment(&d, &i->time, &i->offset_min);
		return VV_OK;
	}
	if (count > 1) return ask_user(s, i, "its name has several dates (--date FILE=DATE)");
	if (d.either) {
		return ask_user(s, i,
				"the first number may be the day or the month (--day-first, "
				"--month-first)");
	}
	if (count == 0 && !s->mtime) {
		return ask_user(s, i,
				"its name has no date (--date FILE=DATE, --mtime, --skip FILE)");
	}
	if (count == 0) {
		if ((rc = vv_lstat(&st, i->file, err)) < 0) return rc;
		d = (vv_date){.begin = st.mtime_sec,
			      .offset_min = vv_local_offset_min(st.mtime_sec)};
	}
	vv_date_moment(&d, &i->time, &i->offset_min);
	i->dated = true;
	return VV_OK;
}

static int by_date(const void *a, const void *b)
{
	const vv_snapshot *x = a, *y = b;

	if (x->time != y->time) return x->time < y->time ? -1 : 1;
	return strcmp(x->file, y->file);
}

/* ---- versions that exist ---- */

static vv_snapshot_before *add_before(vv_snapshots *s, const char *file, size_t len, int64_t time,
				      const vv_oid *commit)
{
	vv_snapshot_before b = {.file = vv_strndup(file, len), .time = time};

	b.commit = commit ? *commit : b.commit;
	return vv_array_own(s->before, s->before_count, s->before_cap, b.file, b)
		       ? &s->before[s->before_count - 1]
		       : NULL;
}

/* Reads the message of an import. */
static vv_status take_commit(vv_snapshots *s, const vv_commit *c, vv_error *err)
{
	const char *sha = strstr(c->message, SHA_LINE), *root = strstr(c->message, ROOT_LINE);
	size_t len;
	const char *subject = vv_commit_subject(c, &len);
	vv_cid cid;

	if (!sha || !root || strncmp(subject, SUBJECT, strlen(SUBJECT)) != 0) return VV_OK;
	sha += strlen(SHA_LINE);
	root += strlen(ROOT_LINE);
	if (strspn(sha, "0123456789abcdef") != 64 ||
	    vv_cid_parse(&cid, root, strcspn(root, "\n"), VV_IGNORED) < 0) {
		return VV_OK;
	}
	vv_snapshot_before *b = add_before(s, subject + strlen(SUBJECT), len - strlen(SUBJECT),
					   c->author.time, &c->id);
	if (!b) return vv_fail_nomem(err);
	memcpy(b->sha256, sha, 64);
	b->raw = cid;
	return VV_OK;
}

static vv_status read_table(vv_snapshots *s, vv_dataset_reader *reader, vv_error *err)
{
	vv_auto(vv_tree_entry) e = {0};
	vv_auto(vv_arena) arena = {0};
	vv_pointer p;
	vv_status rc = vv_tree_entry_at(s->repo, &s->head, s->to, &e, err);

	if (rc < 0) return vv_missing_ok(rc, err);
	if ((rc = vv_dataset_reader_pointer(reader, &e.id, &arena, &p, err)) < 0) {
		return rc == VV_EINPUT ? vv_fail(err, VV_EREFUSED,
						 "Git stores '%s' as text\ntrack the file as a "
						 "table first, and commit that",
						 vv_text_shows(s->to))
				       : rc;
	}
	s->has_table = true;
	s->raw = s->now = p.root;
	return VV_OK;
}

/* The newest commit first, whose file is compared with the next one; if none has a file, the current table. */
static vv_status read_history(vv_snapshots *s, vv_error *err)
{
	const char *paths[] = {s->to, NULL};
	vv_range range = {.has_exclude = false};
	const vv_log_options o = {.ranges = &range, .range_count = 1, .paths = paths};
	vv_auto(vv_dataset_reader) *reader = NULL;
	vv_auto(vv_path_log) *log = NULL;
	vv_auto(vv_index) *x = NULL;
	vv_auto(vv_head) head = {0};
	vv_path_log_entry e;
	int64_t newest = INT64_MIN;
	int more = 0;
	vv_status rc;

	if ((rc = vv_merge_need_no_state(s->repo, err)) < 0 ||
	    (rc = vv_head_read(s->repo, &head, err)) < 0 ||
	    (rc = vv_index_open(&x, s->repo, err)) < 0 ||
	    (rc = vv_merge_need_clean_index(s->repo, x, &head.commit, "import", err)) < 0 ||
	    head.unborn) {
		return rc;
	}
	range.include = s->head = head.commit;
	if ((rc = vv_dataset_reader_open(&reader, s->repo, NULL, err)) < 0 ||
	    (rc = read_table(s, reader, err)) < 0 || !s->has_table ||
	    (rc = vv_path_log_open(&log, s->repo, &o, vv_table_lineage(reader), err)) < 0) {
		return rc;
	}
	while ((more = vv_path_log_next(log, &e, err)) > 0) {
		vv_auto(vv_commit) c = {.parents = NULL};

		if ((rc = vv_commit_read(s->repo, &e.commit, &c, err)) < 0 ||
		    (rc = take_commit(s, &c, err)) < 0) {
			return rc;
		}
		newest = newest == INT64_MIN ? c.committer.time : newest;
	}
	if (more < 0) return (vv_status)more;
	if (s->before_count == 0) {
		vv_snapshot_before *b = add_before(s, "", 0, newest, &s->head);

		if (!b) return vv_fail_nomem(err);
		b->raw = s->now;
	}
	return VV_OK;
}

/* The newest up to a time, or of all; of several of one time the one that was added last to those planned, or is newest. */
static const vv_snapshot_before *last_until(const vv_snapshots *s, int64_t time)
{
	const vv_snapshot_before *found = NULL;

	vv_array_each(s->before, s->before_count, b) {
		const bool planned = vv_oid_is_null(&b->commit);

		if (b->time <= time &&
		    (!found || b->time > found->time || (b->time == found->time && planned))) {
			found = b;
		}
	}
	return found;
}

/* ---- files ---- */

static vv_status hash_file(vv_snapshot *i, int fd, vv_error *err)
{
	vv_auto(vv_digest) *d = NULL;
	uint8_t sum[VV_SHA256_LEN];
	char bytes[1 << 16];
	ssize_t n = 0;
	vv_status rc = vv_digest_new(&d, VV_DIGEST_SHA256, err);

	while (rc == VV_OK && (n = vv_read_full(fd, bytes, sizeof(bytes), i->file, err)) > 0) {
		rc = vv_digest_update(d, bytes, (size_t)n, err);
	}
	if (rc < 0 || n < 0 || (rc = vv_digest_end(d, sum, err)) < 0) {
		return rc < 0 ? rc : (vv_status)n;
	}
	vv_hex_write(i->sha256, sum, VV_SHA256_LEN);
	return lseek(fd, 0, SEEK_SET) == 0 ? VV_OK : vv_fail_errno(err, "cannot read", i->file);
}

/* raw: the version that is before it; NULL: none. warnings: may be NULL. */
static vv_status store_snapshot(vv_snapshots *s, vv_snapshot *i, int fd, const vv_cid *raw,
				bool anything, vv_buf *warnings, vv_error *err)
{
	vv_auto(vv_imported) as = {
		.to = vv_strdup(s->to), .url = vv_strdup(i->file), .warnings = warnings};
	vv_stat st;

	as.root = raw ? vv_strdup(vv_cid_shows(raw)) : NULL;
	if (!as.to || !as.url || (raw && !as.root)) return vv_fail_nomem(err);
	vv_status rc = vv_fstat(&st, fd, i->file, err);
	return rc < 0 ? rc : vv_imported_store(&as, &i->raw, s->repo, fd, st.size, anything, err);
}

/* Merges edits since the last file, as an update does. */
static vv_status merge_edits(vv_snapshots *s, vv_snapshot *i, vv_error *err)
{
	vv_auto(vv_dataset_writer) *w = NULL;
	vv_auto(vv_dataset_merged) out = {0};
	vv_auto(vv_buf) what = VV_BUF_INIT;
	const vv_cid *sides[] = {&s->raw, &s->now, &i->raw};
	vv_dataset_merge in = {.repo = s->repo,
			       .path = s->to,
			       .names = {"the file before", "HEAD", vv_path_base(i->file)},
			       .how = s->how};
	vv_status rc;

	i->root = i->raw;
	if (!s->has_table || vv_cid_equal(&s->raw, &s->now)) return VV_OK;
	for (size_t k = 0; k < 3; k++) {
		in.sides[k].mode = 0100644;
		if ((rc = vv_imported_pointer(&in.sides[k].id, s->repo, sides[k], err)) < 0) {
			return rc;
		}
	}
	if ((rc = vv_dataset_writer_open(&w, s->repo, s->progress, err)) < 0) return rc;
	in.writer = w;
	if ((rc = vv_dataset_merge_run(&out, &in, err)) < 0) return rc;
	if (out.stats.conflicts > 0 || out.record.count > 0 || vv_cid_is_null(&out.root)) {
		vv_buf_puts(&what, "in conflict with edits made since the previous file: ");
		vv_conflict_record_describe(&what, &out.record);
		vv_buf_puts(&what, " (-X ours, -X theirs)");
		return (rc = vv_buf_ok(&what, err)) < 0 ? rc : ask_user(s, i, what.data);
	}
	i->root = out.root;
	return vv_dataset_writer_commit(w, err);
}

/* "renamed 'price' to 'prc' (98 % alike)" of each, as the values propose it. */
static vv_status put_renames(vv_snapshot *i, vv_table *a, vv_table *b, vv_error *err)
{
	vv_columns_options o = {.no_renames = false};
	vv_auto(vv_columns) c = {0};
	vv_status rc = vv_columns_match(&c, a, b, &o, err);

	if (rc < 0) return rc;
	vv_array_each(c.pairs, c.count, p) {
		if (p->renamed) {
			vv_buf_printf(&i->words,
				      ": '%s' is now called '%s' (%u %% of the values are equal)",
				      a->schema.fields[p->a].name, b->schema.fields[p->b].name,
				      p->likeness);
		}
	}
	return vv_buf_ok(&i->words, err);
}

static vv_status describe_snapshot(vv_snapshots *s, vv_snapshot *i, vv_error *err)
{
	vv_auto(vv_change_counts) counts = {0};
	vv_auto(vv_table) a = {0}, b = {0};
	vv_status rc = vv_dataset_open(&b, s->repo, &i->root, err);

	if (rc < 0) return rc;
	if (!s->has_table) {
		vv_change_whole_put(&i->words, false, b.root.rows, b.columns);
		return vv_buf_ok(&i->words, err);
	}
	if ((rc = vv_dataset_open(&a, s->repo, &s->now, err)) < 0 ||
	    (rc = vv_change_count(&counts, s->repo, s->to, &s->now, &i->root, err)) < 0) {
		return rc;
	}
	vv_change_counts_put(&i->words, &counts);
	if (counts.columns_renamed > 0 && (rc = put_renames(i, &a, &b, err)) < 0) return rc;
	vv_buf_puts(&i->words, vv_cid_equal(&i->raw, &i->root) ? "" : ", merged with edits");
	return vv_buf_ok(&i->words, err);
}

static vv_status same_as(vv_snapshot *i, const vv_snapshot_before *b, vv_error *err)
{
	const bool known = b->time == i->time && !vv_oid_is_null(&b->commit);

	i->kind = known ? VV_SNAPSHOT_KNOWN : VV_SNAPSHOT_SAME;
	if (known) {
		i->commit = b->commit;
		vv_buf_printf(&i->words, "in commit %.10s", vv_oid_shows(&b->commit));
	} else {
		vv_buf_printf(&i->words, "the same bytes as %s", b->file);
	}
	return vv_buf_ok(&i->words, err);
}

/* Adds Excel's changes since the last file to the warnings; without force, they are a question. */
static vv_status look_for_excel(vv_snapshots *s, vv_snapshot *i, vv_buf *warnings, vv_error *err)
{
	vv_auto(vv_table) a = {0}, b = {0};
	vv_auto(vv_buf) lines = VV_BUF_INIT;
	vv_status rc;

	if (!s->has_table) return VV_OK;
	if ((rc = vv_dataset_open(&a, s->repo, &s->raw, err)) < 0 ||
	    (rc = vv_dataset_open(&b, s->repo, &i->raw, err)) < 0 ||
	    (rc = vv_excel_damage_put(&lines, &a, &b, err)) < 0) {
		return vv_error_excuse(rc, rc == VV_EMISSING, err);
	}
	if (lines.len == 0 || s->force) {
		vv_buf_put(warnings, lines.data, lines.len);
		return vv_buf_ok(warnings, err);
	}
	*strchr(lines.data, '\n') = '\0';
	(void)ask_user(s, i, lines.data);
	vv_buf_puts(&i->words, " (-f)");
	return vv_buf_ok(&i->words, err);
}

static void warn_of_snapshot(const vv_snapshots *s, const vv_snapshot *i, const vv_buf *warnings)
{
	for (vv_line l = {.rest = warnings->len > 0 ? warnings->data : ""}; vv_line_next(&l);) {
		vv_notes_warn(vv_repository_notes(s->repo), "%s: %.*s", vv_text_shows(i->file),
			      (int)l.len, l.text);
	}
}

/* Plans a file as a version, or as a question. */
static vv_status take_snapshot(vv_snapshots *s, vv_snapshot *i, int fd, vv_error *err)
{
	const vv_snapshot_before *before = last_until(s, i->time),
				 *newest = last_until(s, INT64_MAX);
	vv_auto(vv_buf) warnings = VV_BUF_INIT;
	vv_snapshot_before *b;
	vv_error why;

	if (newest && newest->time > i->time) {
		return ask_user(
			s, i,
			"it is older than the newest version, and would take its place (--skip "
			"FILE)");
	}
	vv_status rc = store_snapshot(s, i, fd, s->has_table ? &s->raw : NULL, s->force, &warnings,
				      &why);
	if (rc == VV_EINPUT || rc == VV_EREFUSED || rc == VV_EMISSING) {
		rc = ask_user(s, i, why.message);
		vv_buf_puts(&i->words, s->force || why.code == VV_EINPUT ? "" : " (-f)");
		return rc < 0 ? rc : vv_buf_ok(&i->words, err);
	}
	if (rc < 0) return vv_error_copy(err, &why);
	if ((rc = look_for_excel(s, i, &warnings, err)) < 0 || i->kind == VV_SNAPSHOT_ASKS ||
	    (rc = merge_edits(s, i, err)) < 0 || i->kind == VV_SNAPSHOT_ASKS) {
		return rc;
	}
	warn_of_snapshot(s, i, &warnings);
	if (s->has_table && vv_cid_equal(&i->root, &s->now)) {
		i->kind = VV_SNAPSHOT_SAME;
		vv_buf_puts(&i->words, "the table already has all its rows");
	} else if ((rc = describe_snapshot(s, i, err)) < 0) {
		return rc;
	} else {
		s->versions++;
		if (before && before->time == i->time) {
			vv_buf_puts(&i->words, "; a second version of that date");
		}
	}
	if (!(b = add_before(s, vv_path_base(i->file), strlen(vv_path_base(i->file)), i->time,
			     NULL))) {
		return vv_fail_nomem(err);
	}
	memcpy(b->sha256, i->sha256, sizeof(b->sha256));
	s->raw = i->raw;
	s->now = i->root;
	s->has_table = true;
	return vv_buf_ok(&i->words, err);
}

/* Examines an open file. */
static vv_status look_into(vv_snapshots *s, vv_snapshot *i, int fd, vv_error *err)
{
	vv_store *blocks;
	vv_status rc = hash_file(i, fd, err);

	if (rc < 0 || (rc = vv_repository_store(s->repo, &blocks, err)) < 0) return rc;
	const vv_snapshot_before *before = last_until(s, i->time);
	vv_array_each(s->before, s->before_count, b) {
		if (strcmp(b->sha256, i->sha256) != 0 || (b->time != i->time && b != before)) {
			continue;
		}
		/* The version that edits are merged against may be in no commit, and is made of its file again. */
		if (b == s->before && !vv_store_has(blocks, &s->raw)) {
			if ((rc = store_snapshot(s, i, fd, NULL, true, NULL, err)) < 0) return rc;
			s->raw = i->raw;
		}
		return same_as(i, b, err);
	}
	return take_snapshot(s, i, fd, err);
}

static vv_status look_at(vv_snapshots *s, vv_snapshot *i, vv_error *err)
{
	if (i->kind != VV_SNAPSHOT_VERSION) return VV_OK;
	vv_auto(vv_fd) fd = vv_open_regular(i->file, O_RDONLY, err);
	return fd < 0 ? (vv_status)fd : look_into(s, i, fd, err);
}

vv_status vv_snapshots_plan(vv_snapshots *s, int argc, char **argv, vv_error *err)
{
	vv_status rc;

	vv_array_each(argv, argc, word) {
		if ((rc = add_files(s, *word, err)) < 0) return rc;
	}
	if ((rc = check_words(s, &s->dates, true, err)) < 0 ||
	    (rc = check_words(s, &s->skip, false, err)) < 0) {
		return rc;
	}
	vv_array_each(s->items, s->count, it) {
		if ((rc = find_date(s, it, err)) < 0) return rc;
	}
	if ((rc = read_history(s, err)) < 0) return rc;
	if (s->before_count > 0) {
		s->raw = s->before[0].raw;
	}
	qsort(s->items, s->count, sizeof(*s->items), by_date);
	vv_array_each(s->items, s->count, it) {
		if ((rc = look_at(s, it, err)) < 0) return rc;
	}
	return VV_OK;
}

/* ---- the commits ---- */

static vv_status commit_one(vv_snapshots *s, vv_txn *t, vv_snapshot *i, vv_error *err)
{
	const vv_txn_commit_options o = {.time_set = true,
					 .time = i->time,
					 .offset_min = i->offset_min,
					 .both_times = true,
					 .expect = &s->head};
	vv_auto(char) *message = vv_asprintf(SUBJECT "%s\n" SHA_LINE "%s" ROOT_LINE "%s\n",
					     vv_path_base(i->file), i->sha256,
					     vv_cid_shows(&i->raw));
	vv_status rc = vv_alloc_ok(message, err);

	/* No commit has the unmerged file, which is compared with the next one: keeps it from
	 * gc. */
	if (rc < 0 ||
	    (!vv_cid_equal(&i->raw, &i->root) &&
	     (rc = vv_imported_keep(s->repo, s->to, &i->raw, message, err)) < 0) ||
	    (rc = vv_txn_put_root(t, s->to, &i->root, false, err)) < 0 ||
	    (rc = vv_txn_commit(&i->commit, t, message, &o, err)) < 0) {
		return rc;
	}
	s->head = i->commit;
	return VV_OK;
}

vv_status vv_snapshots_commit(vv_snapshots *s, vv_error *err)
{
	vv_auto(vv_txn) *t = NULL;
	vv_status rc = vv_txn_open(&t, s->repo, NULL, NULL, s->progress, err);

	for (size_t k = 0; rc == VV_OK && k < s->count; k++) {
		if (s->items[k].kind == VV_SNAPSHOT_VERSION) {
			rc = commit_one(s, t, &s->items[k], err);
		}
	}
	return rc;
}
