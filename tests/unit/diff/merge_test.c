/*
 * Tests of merges: the cases of merge_cases.txt have the expected results, and
 * the same if the sides are exchanged.
 */
#ifndef CASES_FILE /* the build defines its full path */
#define CASES_FILE "tests/unit/diff/merge_cases.txt"
#endif

#include "tests/unit/support.h"

#include <errno.h>
#include <stdio.h>

#include "base/sys.h"
#include "dataset/table/mem_sink.h"
#include "tests/unit/diff/merge_support.h"

typedef struct fixture {
	vv_mem_sink *mem;
	vv_sink sink;
} fixture;

static int setup(void **state)
{
	fixture *f = test_calloc(1, sizeof(*f));
	vv_error err;
	vv_assert_ok(vv_mem_sink_new(&f->mem, NULL, NULL, &err), &err);
	vv_mem_sink_use(&f->sink, f->mem);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	fixture *f = *state;
	vv_mem_sink_free(f->mem);
	test_free(f);
	return 0;
}

static const char *const up[2] = {"1111", "2222"}, *const down[2] = {"2222", "1111"};

/* --- the cases -------------------------------------------------------------- */

/* "id,a/1,x/" with "/" for a line end; "-" for no version. "\r" and "\t" as in C. */
static void set_text(merge_input *in, char *text)
{
	char *to = text;
	if (strcmp(text, "-") == 0) return;
	in->text = text;
	for (const char *p = text; *p; p++) {
		if (*p == '\\' && (p[1] == 'r' || p[1] == 't' || p[1] == '/')) {
			p++;
			*to++ = *p == 'r' ? '\r' : *p == 't' ? '\t' : '/';
		} else {
			*to++ = *p == '/' ? '\n' : *p;
		}
	}
	*to = '\0';
	in->len = (size_t)(to - text);
}

#define KEY_TEXT 64u
#define LARGE_ROWS 60000u
#define LARGE_SECRET 4711u

static void set_key(merge_input *in, char *room, const char *text)
{
	size_t n = 0;
	char *names = room;
	assert_true(strlen(text) < KEY_TEXT);
	strcpy(room, text);
	in->has_key = true;
	for (size_t i = 0; i <= MERGE_KEY_MAX; i++) {
		in->key[i] = NULL;
	}
	for (char *p = names; *p && n < MERGE_KEY_MAX;) {
		size_t len = strcspn(p, "+");
		in->key[n++] = p;
		p += len;
		if (*p) {
			*p++ = '\0';
		}
	}
}

/* One word of a case's options; the prefix "ours." or "theirs." selects the side. */
static void set_option(merge_input in[3], char keys[3][KEY_TEXT], char *word)
{
	size_t from = 0, to = 3;
	if (strncmp(word, "base.", 5) == 0) {
		to = 1;
		word += 5;
	} else if (strncmp(word, "ours.", 5) == 0) {
		from = 1;
		to = 2;
		word += 5;
	} else if (strncmp(word, "theirs.", 7) == 0) {
		from = 2;
		word += 7;
	}
	char *value = strchr(word, '=');
	for (size_t i = from; i < to; i++) {
		if (strncmp(word, "key=", 4) == 0) {
			if (from > 0 || i == 0 || !in[0].text) {
				set_key(&in[i], keys[i], value + 1);
			}
		} else if (strncmp(word, "delimiter=", 10) == 0) {
			in[i].delimiter = value[1] == 't' ? '\t' : value[1];
		} else if (strcmp(word, "ndjson") == 0) {
			in[i].json = true;
		} else if (strcmp(word, "array") == 0) {
			in[i].array = true;
		} else if (strcmp(word, "noquotes") == 0) {
			in[i].no_quotes = true;
		} else if (strcmp(word, "file") == 0) {
			in[i].form = "file";
		} else if (strncmp(word, "types=", 6) == 0) {
			for (char *p = value + 1; *p; p++) {
				*p = *p == '+' ? ' ' : *p;
			}
			in[i].types = value + 1;
		} else {
			fail_msg("unknown option '%s'", word);
		}
	}
}

static char *take_field(char **p)
{
	char *start = *p, *end = strchr(start, '|');
	while (end && end[1] != ' ' && end[1] != '\0') {
		end = strchr(end + 1, '|');
	}
	if (end) {
		*end = '\0';
		*p = end + 1;
	} else {
		*p = start + strlen(start);
	}
	for (size_t n = strlen(start); n > 0 && start[n - 1] == ' '; n--) {
		start[n - 1] = '\0';
	}
	return start + strspn(start, " ");
}

/* "cell [\"1\"] a x y z; ..." as merge_note writes it, with exchanged sides if requested. */
static void want_conflicts(vv_buf *out, const char *text, bool swapped)
{
	char line[1024], *word[6];
	while (*text) {
		size_t n = strcspn(text, ";"), count = 0;
		assert_true(n < sizeof(line));
		memcpy(line, text, n);
		line[n] = '\0';
		for (char *p = strtok(line, " "); p && count < 6; p = strtok(NULL, " ")) {
			word[count++] = p;
		}
		assert_true(count > 0);
		while (count < 6) {
			word[count++] = (char *)(uintptr_t) "-";
		}
		vv_buf_printf(out, "%s %s %s %s %s %s\n", word[0], word[1], word[2], word[3],
			      word[swapped ? 5 : 4], word[swapped ? 4 : 5]);
		text += n + (text[n] == ';');
		text += strspn(text, " ");
	}
}

typedef struct merge_case {
	merge_input in[3];
	merge_input want, want_key, want_types;
	const char *name, *conflicts;
	char keys[3][KEY_TEXT];
} merge_case;

/* Cases with other results; all are printed before the test fails. */
static size_t failures;

static void differ(const merge_case *c, bool swapped, const char *what, const char *wanted,
		   const char *got)
{
	if (strcmp(wanted, got) != 0) {
		print_error("%s%s: wanted the %s\n%s\ngot\n%s\n", c->name,
			    swapped ? " (exchanged)" : "", what, wanted, got);
		failures++;
	}
}

static void check_case(fixture *f, const merge_case *c, bool swapped, bool with_ids,
		       merge_output *out)
{
	merge_input in[3] = {c->in[0], c->in[swapped ? 2 : 1], c->in[swapped ? 1 : 2]};
	vv_buf wanted = VV_BUF_INIT;
	vv_error err = {0};
	in[0].take_swapped = swapped;
	vv_status rc = merge_three(out, in, with_ids ? (swapped ? down : up) : NULL, &f->sink, NULL,
				   &err);
	bool refused = strncmp(c->want.text, "refused: ", 9) == 0;
	if (refused || rc < 0) {
		if (!refused || rc == VV_OK || !strstr(err.message, c->want.text + 9)) {
			differ(c, swapped, "outcome", refused ? c->want.text : "a result",
			       rc < 0 ? err.message : "a result");
		}
		return;
	}
	want_conflicts(&wanted, c->conflicts, swapped);
	differ(c, swapped, "conflicts", vv_buf_cstr(&wanted), vv_buf_cstr(&out->conflicts));
	/* without ids the sides are ordered by their content */
	if ((!swapped || wanted.len == 0) && with_ids) {
		differ(c, swapped, "table", c->want.text, vv_buf_cstr(&out->bytes));
	}
	if (!swapped && c->want_key.text) {
		differ(c, swapped, "key", c->want_key.text, vv_buf_cstr(&out->key));
	}
	if (!swapped && c->want_types.text) {
		differ(c, swapped, "types", c->want_types.text, vv_buf_cstr(&out->types));
	}
	vv_buf_clear(&wanted);
}

/* name | options | base | ours | theirs | expected | conflicts */
static void run_case(fixture *f, char *line)
{
	merge_case c = {.name = NULL};
	merge_output out[3];
	char *options, *p = line;
	c.name = take_field(&p);
	options = take_field(&p);
	for (size_t i = 0; i < 3; i++) {
		set_text(&c.in[i], take_field(&p));
	}
	set_text(&c.want, take_field(&p));
	c.conflicts = take_field(&p);
	bool keyed = false;
	for (char *w = strtok(options, " "); w; w = strtok(NULL, " ")) {
		if (strncmp(w, "wantkey=", 8) == 0) {
			c.want_key.text = w + 8;
		} else if (strncmp(w, "wanttypes=", 10) == 0) {
			for (char *q = w; *q; q++) {
				*q = *q == '+' ? ' ' : *q;
			}
			c.want_types.text = w + 10;
		} else if (strncmp(w, "rules=", 6) == 0) {
			for (char *q = w + 6; *q; q++) {
				*q = *q == '/' ? ' ' : *q;
			}
			c.in[0].rules = w + 6;
		} else if (strncmp(w, "moved=", 6) == 0) {
			c.in[0].moved = w + 6;
		} else if (strncmp(w, "take=", 5) == 0) {
			for (char *q = w; *q; q++) {
				*q = *q == '+' ? ' ' : *q;
			}
			c.in[0].take = w + 5;
		} else {
			keyed |= strncmp(w, "key=", 4) == 0 || strncmp(w, "ours.key=", 9) == 0;
			set_option(c.in, c.keys, w);
		}
	}
	if (!keyed) {
		for (size_t i = 0; i < 3; i++) {
			if (!c.in[0].text || i == 0) {
				set_key(&c.in[i], c.keys[i], "");
			}
		}
	}
	check_case(f, &c, false, true, &out[0]);
	check_case(f, &c, true, true, &out[1]);
	check_case(f, &c, false, false, &out[2]);
	if (strncmp(c.want.text, "refused: ", 9) != 0 && c.conflicts[0] == '\0' &&
	    !vv_cid_equal(&out[0].cid, &out[1].cid)) {
		print_error("%s: another root when the sides are exchanged\n", c.name);
		failures++;
	}
	for (size_t i = 0; i < 3; i++) {
		merge_output_clear(&out[i]);
	}
}

static void the_cases_come_out_as_written(void **state)
{
	fixture *f = *state;
	char line[4096];
	size_t cases = 0;
	FILE *in = fopen(CASES_FILE, "r");
	assert_non_null(in);
	while (fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '#' && strchr(line, '|')) {
			run_case(f, line);
			cases++;
		}
	}
	fclose(in);
	assert_int_equal(failures, 0);
	assert_true(cases >= 120);
}

/* --- single promises ---------------------------------------------------------- */

static merge_input text_input(const char *text, const char *key)
{
	merge_input in = {.text = text, .len = strlen(text), .has_key = true};
	in.key[0] = key;
	return in;
}

static void one_side_unchanged_gives_the_other_version_itself(void **state)
{
	fixture *f = *state;
	merge_input in[3] = {text_input("id,a\n1,x\n2,y\n", "id"),
			     text_input("id,a\n1,x\n2,y\n", NULL),
			     text_input("id,a\n1,z\n2,y\n", NULL)};
	merge_output a, b;
	vv_error err;
	in[1].has_key = in[2].has_key = false;
	vv_assert_ok(merge_three(&a, in, up, &f->sink, NULL, &err), &err);
	assert_true(a.stats.took_theirs && !a.stats.took_ours);
	merge_input swapped[3] = {in[0], in[2], in[1]};
	vv_assert_ok(merge_three(&b, swapped, up, &f->sink, NULL, &err), &err);
	assert_true(b.stats.took_ours && !b.stats.took_theirs);
	assert_true(vv_cid_equal(&a.cid, &b.cid));
	merge_output_clear(&a);
	merge_output_clear(&b);
}

static void what_came_from_theirs_is_counted(void **state)
{
	fixture *f = *state;
	merge_input in[3] = {text_input("id,a,b\n1,x,k\n2,y,l\n3,z,m\n4,w,n\n", "id"),
			     text_input("id,a,b\n1,X,k\n2,y,l\n3,z,m\n4,w,n\n", NULL),
			     text_input("id,a,b\n1,Q,K\n2,Y,l\n3,z,m\n5,v,o\n6,u,p\n", NULL)};
	merge_output out;
	vv_error err;
	in[1].has_key = in[2].has_key = false;
	vv_assert_ok(merge_three(&out, in, up, &f->sink, NULL, &err), &err);
	assert_int_equal(out.stats.conflicts, 1);
	assert_int_equal(out.stats.cells_from_theirs, 2);
	assert_int_equal(out.stats.rows_from_theirs, 2);
	assert_int_equal(out.stats.rows_removed_by_theirs, 1);
	merge_output_clear(&out);
}

static void a_key_can_be_named_for_the_merge(void **state)
{
	static const char *const key[] = {"code", NULL}, *const wrong[] = {"nothing", NULL};
	fixture *f = *state;
	merge_input in[3] = {text_input("code,a,b\np,x,k\nq,y,l\n", NULL),
			     text_input("code,a,b\nq,y,l\np,x,K\n", NULL),
			     text_input("code,a,b\np,X,k\nq,y,l\n", NULL)};
	merge_output out;
	vv_error err;
	vv_assert_ok(merge_three(&out, in, up, &f->sink, key, &err), &err);
	assert_string_equal(vv_buf_cstr(&out.bytes), "code,a,b\nq,y,l\np,X,K\n");
	assert_int_equal(out.stats.conflicts, 0);
	merge_output_clear(&out);
	vv_assert_status(merge_three(&out, in, up, &f->sink, wrong, &err), VV_ENOTFOUND, &err);
	vv_assert_contains(err.message, "nothing");
	merge_output_clear(&out);
}

/* Some thousand rows: several groups, so that most are copied. */
static void put_rows(vv_buf *out, size_t rows, size_t changed, const char *with)
{
	vv_buf_puts(out, "id,name,amount\n");
	for (size_t i = 0; i < rows; i++) {
		vv_buf_printf(out, "%zu,%s %zu,%zu.5%s\n", i + 1, i == changed ? with : "somebody",
			      i * 7919 % 1000, i * 31, i == 17 ? "" : "0");
	}
}

static void rows_that_nobody_touched_are_kept_to_the_byte(void **state)
{
	fixture *f = *state;
	vv_buf text[4] = {VV_BUF_INIT, VV_BUF_INIT, VV_BUF_INIT, VV_BUF_INIT};
	merge_output out;
	vv_error err;
	put_rows(&text[0], 6000, 6000, "");
	put_rows(&text[1], 6000, 100, "ours");
	put_rows(&text[2], 6000, 5900, "theirs");
	put_rows(&text[3], 6000, 100, "ours");
	vv_buf want = VV_BUF_INIT;
	char *at = strstr(text[2].data, "theirs");
	size_t tail = strlen(at);
	vv_buf_put(&want, text[3].data, text[3].len - tail - strlen("somebody") + strlen("theirs"));
	vv_buf_put(&want, at, tail);
	merge_input in[3] = {text_input(text[0].data, "id"), text_input(text[1].data, NULL),
			     text_input(text[2].data, NULL)};
	in[1].has_key = in[2].has_key = false;
	vv_assert_ok(merge_three(&out, in, up, &f->sink, NULL, &err), &err);
	assert_int_equal(out.stats.conflicts, 0);
	assert_int_equal(out.stats.cells_from_theirs, 1);
	assert_int_equal(out.bytes.len, want.len);
	assert_memory_equal(out.bytes.data, want.data, want.len);
	merge_output_clear(&out);
	vv_buf_clear(&want);
	for (size_t i = 0; i < 4; i++) {
		vv_buf_clear(&text[i]);
	}
}

/* --- faults ------------------------------------------------------------------ */

typedef struct attempt {
	vv_table t[3];
	const vv_sink *sink;
	const vv_merge_decision *decisions;
	size_t decision_count, conflicts;
	vv_cid wanted;
	bool known;
} attempt;

static vv_status merge_again(void *payload, vv_error *err)
{
	attempt *a = payload;
	vv_merge_stats stats;
	vv_import_result r;
	vv_buf conflicts = VV_BUF_INIT;
	merge_notes notes = {.conflicts = &conflicts};
	vv_merge_options o = {.conflict = merge_note,
			      .payload = &notes,
			      .decisions = a->decisions,
			      .decision_count = a->decision_count,
			      .ours_id = "1",
			      .theirs_id = "2",
			      .temp_dir = vv_test_dir()};
	vv_status rc = vv_merge_tables(&r, &stats, &a->t[0], &a->t[1], &a->t[2], a->sink, &o, err);
	if (rc == VV_OK) {
		if (!a->known) {
			a->wanted = r.cid;
			a->known = true;
		}
		assert_true(vv_cid_equal(&r.cid, &a->wanted));
		assert_int_equal(stats.conflicts, a->conflicts);
		vv_import_result_clear(&r);
	} else {
		assert_int_equal(r.root_block.len, 0);
		assert_int_equal(r.root.rows, 0);
	}
	vv_buf_clear(&conflicts);
	return rc;
}

/* Each allocation fails in its turn. */
static void fail_each(fixture *f, attempt *a, merge_input in[3])
{
	vv_error err;
	a->sink = &f->sink;
	in[1].has_key = in[2].has_key = false;
	for (size_t i = 0; i < 3; i++) {
		vv_assert_ok(
			merge_import(&a->t[i], &in[i], i > 0 ? &a->t[0] : NULL, &f->sink, &err),
			&err);
	}
	vv_assert_ok(merge_again(a, &err), &err);
	bool met = true;
	for (unsigned n = 1; met; n++) {
		if (!vv_test_sampled(n, 4)) {
			continue;
		}
		vv_fault_set(VV_FAULT_ALLOC, n, ENOMEM);
		vv_status rc = merge_again(a, &err);
		met = vv_fault_clear();
		if (rc < 0) {
			vv_assert_status(rc, VV_ENOMEM, &err);
		}
		assert_true(met || rc == VV_OK);
	}
	for (size_t i = 0; i < 3; i++) {
		vv_table_close(&a->t[i]);
	}
}

static void running_out_of_memory_is_reported_or_does_no_harm(void **state)
{
	attempt a = {.conflicts = 2};
	merge_input in[3] = {
		text_input("id,a,n\n1,x,1.5\n2,y,2.5\n3,z,3.5\n4,w,4.5\n", "id"),
		text_input("id,a,n,p\n1,X,1.5,s\n3,z,3.50,t\n4,w,4.5,u\n7,q,9,v\n6,r,8,w\n", NULL),
		text_input("id,a,n\n1,Q,1.5\n2,y,2.6\n4,w,4.5\n3,z,3.5\n6,r,8.0\n5,k,1\n", NULL)};
	fail_each(*state, &a, in);
}

static void so_it_is_where_columns_and_keys_were_decided(void **state)
{
	static const vv_merge_decision decisions[] = {
		{VV_CONFLICT_COLUMN_REMOVED, "a", VV_TAKE_BASE},
		{VV_CONFLICT_COLUMN, "b", VV_TAKE_THEIRS}};
	attempt a = {.decisions = decisions, .decision_count = 2, .conflicts = 1};
	merge_input in[3] = {text_input("id,a,b,c\n1,x,k,p\n2,y,l,q\n3,z,m,r\n", "id"),
			     text_input("id,d,c\n1,k,P\n2,l,q\n3,m,r\n", NULL),
			     text_input("id,a,e\n1,X,k\n2,y,L\n3,z,m\n", NULL)};
	fail_each(*state, &a, in);
}

static void so_it_is_where_comments_and_encodings_are_compared(void **state)
{
	attempt a = {.conflicts = 0};
	merge_input in[3] = {text_input("id,a,b\n1,x,\xc3\xa9\n# two\n2,y,\xff\n3,z,k\n", "id"),
			     text_input("id,a,b\n1,X,\xc3\xa9\n# two\n2,y,\xff\n3,z,k\n", NULL),
			     text_input("id,a,b\n1,x,\xc3\xa9\n# two\n2,y,\xff\n3,Z,k\n", NULL)};
	fail_each(*state, &a, in);
}

/* --- groups of ours --------------------------------------------------------------- */

/* Rows of a large table; in the row `row`, the last cell is `last`. */
static void put_large_rows(vv_buf *out, unsigned row, unsigned last)
{
	vv_buf_puts(out, "id,name,n\n");
	for (unsigned i = 1; i <= LARGE_ROWS; i++) {
		vv_buf_printf(out, "%u,name %u,%u\n", i, i * 7919u % 1000u,
			      i == row ? last : i % 97u);
	}
	vv_assert_ok(vv_buf_ok(out, NULL), NULL);
}

/* Imports the text as the version after `before`, and keeps its scan cache. */
static void import_large(vv_import_result *out, vv_table *t, const vv_buf *text,
			 const vv_root *before, const vv_sink *sink, vv_error *err)
{
	vv_mem_source storage;
	vv_source source;
	const vv_import_options o = {.kind = VV_KIND_TABLE,
				     .hints = VV_SNIFF_HINTS_INIT,
				     .parent = before,
				     .as = before,
				     .secret = LARGE_SECRET,
				     .temp_dir = vv_test_dir()};

	vv_source_mem(&source, &storage, text->data, text->len, "large");
	vv_assert_ok(vv_import(out, &source, sink, &o, err), err);
	vv_assert_ok(vv_table_open(t, sink, &out->cid, err), err);
}

static void a_merge_reuses_the_groups_of_ours_that_it_leaves_as_they_are(void **state)
{
	fixture *f = *state;
	static const unsigned changed[3] = {0, 100, LARGE_ROWS - 100}; /* 0: no row */
	vv_buf text[3] = {VV_BUF_INIT, VV_BUF_INIT, VV_BUF_INIT};
	vv_import_result side[3] = {0}, with, without;
	vv_table t[3] = {0};
	vv_merge_stats stats;
	vv_error err = {0};

	for (unsigned i = 0; i < 3; i++) {
		put_large_rows(&text[i], changed[i], 1000 + i);
		import_large(&side[i], &t[i], &text[i], i > 0 ? &t[0].root : NULL, &f->sink, &err);
	}
	vv_merge_options o = {.ours_id = "1",
			      .theirs_id = "2",
			      .secret = LARGE_SECRET,
			      .temp_dir = vv_test_dir()};
	vv_assert_ok(vv_merge_tables(&without, &stats, &t[0], &t[1], &t[2], &f->sink, &o, &err),
		     &err);
	assert_int_equal(without.groups_reused, 0);
	o.cache = side[1].cache;
	vv_assert_ok(vv_merge_tables(&with, &stats, &t[0], &t[1], &t[2], &f->sink, &o, &err), &err);
	assert_true(vv_cid_equal(&with.cid, &without.cid));
	assert_true(with.groups > 8);
	assert_true(with.groups_reused + 3 >= with.groups && with.groups_reused < with.groups);

	/* theirs is the first: ours is the second of the two */
	vv_import_result_clear(&with);
	o.ours_id = "2";
	o.theirs_id = "1";
	vv_assert_ok(vv_merge_tables(&with, &stats, &t[0], &t[1], &t[2], &f->sink, &o, &err), &err);
	assert_true(vv_cid_equal(&with.cid, &without.cid));
	assert_true(with.groups_reused + 3 >= with.groups);

	vv_import_result_clear(&with);
	vv_import_result_clear(&without);
	for (size_t i = 0; i < 3; i++) {
		vv_table_close(&t[i]);
		vv_import_result_clear(&side[i]);
		vv_buf_clear(&text[i]);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
static const struct CMUnitTest tests[] = {
	TEST(the_cases_come_out_as_written),
	TEST(one_side_unchanged_gives_the_other_version_itself),
	TEST(what_came_from_theirs_is_counted),
	TEST(a_key_can_be_named_for_the_merge),
	TEST(rows_that_nobody_touched_are_kept_to_the_byte),
	TEST(a_merge_reuses_the_groups_of_ours_that_it_leaves_as_they_are),
	TEST(running_out_of_memory_is_reported_or_does_no_harm),
	TEST(so_it_is_where_columns_and_keys_were_decided),
	TEST(so_it_is_where_comments_and_encodings_are_compared),
};

VV_TEST_SUITE(merge)
