/*
 * What a merge of tables promises: the cases of merge_cases.txt come out as written, and
 * the same whoever merges.
 */
#include "tests/unit/support.h"

#include <stdio.h>

#include "base/sys.h"
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
	if (strcmp(text, "-") == 0) {
		return;
	}
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

/* One word of a case's options; a leading "ours." or "theirs." says for whom. */
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

/* "cell [\"1\"] a x y z; ..." as merge_note writes it, sides exchanged where asked. */
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
			word[count++] = (char *)(uintptr_t)"-";
		}
		vv_buf_printf(out, "%s %s %s %s %s %s\n", word[0], word[1], word[2], word[3], word[swapped ? 5 : 4], word[swapped ? 4 : 5]);
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

/* Cases that did not come out; all are told before the test fails. */
static size_t failures;

static void differ(const merge_case *c, bool swapped, const char *what, const char *wanted, const char *got)
{
	if (strcmp(wanted, got) != 0) {
		print_error("%s%s: wanted the %s\n%s\ngot\n%s\n", c->name, swapped ? " (exchanged)" : "", what, wanted, got);
		failures++;
	}
}

static void check_case(fixture *f, const merge_case *c, bool swapped, bool with_ids, merge_output *out)
{
	merge_input in[3] = {c->in[0], c->in[swapped ? 2 : 1], c->in[swapped ? 1 : 2]};
	vv_buf wanted = VV_BUF_INIT;
	vv_error err = {0};
	vv_status rc = merge_three(out, in, with_ids ? (swapped ? down : up) : NULL, &f->sink, NULL, &err);
	bool refused = strncmp(c->want.text, "refused: ", 9) == 0;
	if (refused || rc < 0) {
		if (!refused || rc == VV_OK || !strstr(err.message, c->want.text + 9)) {
			differ(c, swapped, "outcome", refused ? c->want.text : "a result", rc < 0 ? err.message : "a result");
		}
		return;
	}
	want_conflicts(&wanted, c->conflicts, swapped);
	differ(c, swapped, "conflicts", vv_buf_cstr(&wanted), vv_buf_cstr(&out->conflicts));
	/* without ids the order of the sides is that of what they hold */
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
	if (strncmp(c.want.text, "refused: ", 9) != 0 && c.conflicts[0] == '\0' && !vv_cid_equal(&out[0].cid, &out[1].cid)) {
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

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(the_cases_come_out_as_written, setup, teardown),
};

int main(int argc, char **argv)
{
	return vv_test_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
