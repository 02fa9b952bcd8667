/*
 * option: parsing by table. Implements the spelling rules of options, not their meanings.
 */
#include "cmd/frame/option.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/git_words.h"
#include "cmd/frame/typed_file.h"
#include "cmd/frame/typed_left.h"
#include "cmd/frame/typed_line.h"
#include "dataset/schema/csv_record.h"
#include "lib/names/pathspec.h"
#include "lib/view/table_diff.h"

typedef struct parser {
	const vv_command *command;
	void *options;
	int argc;
	char **argv;
	int at; /* the argument being looked at */
	vv_error *err;
} parser;

void vv_arguments_clear(vv_arguments *a)
{
	vv_free(a->argv);
	*a = (vv_arguments){.dashdash = -1, .failed = -1};
}

static void *option_member(const parser *p, const vv_option *o)
{
	return (char *)p->options + o->offset;
}

/* How the option is called in messages: "--limit" or "-n". */
static const char *option_name(const vv_option *o, char out[40])
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (o->name) {
		vv_buf_printf(&b, "--%s", o->name);
	} else {
		vv_buf_printf(&b, "-%c", o->letter);
	}
	strncpy(out, vv_buf_cstr(&b), 39);
	out[39] = '\0';
	return out;
}

static bool takes_value(const vv_option *o)
{
	return o->kind != VV_OPT_FLAG && o->kind != VV_OPT_NO_FLAG && o->value != NULL;
}

/* An option that the command lacks, or one with a wrong value, as the user typed it. */
typedef struct typed_option {
	const char *name;  /* without dashes and value */
	const char *value; /* after "=" or the letter; NULL: it may be the next argument */
	int first, last;   /* the arguments that it takes up */
} typed_option;

static const vv_absent_option *find_absent(const vv_command *c, const char *name, size_t len)
{
	for (const vv_absent_option *a = c->absent; a && a->names; a++) {
		for (const char *at = a->names; *at; at += strspn(at, " ")) {
			const size_t word = strcspn(at, " ");

			if (word == len && memcmp(at, name, len) == 0) return a;
			at += word;
		}
	}
	return NULL;
}

static void put_used(vv_buf *line, const char *use, const char *value)
{
	vv_buf_printf(line, "%s%s", *use ? " " : "", use);
	if (!value || strchr(use, ' ')) return;
	if (!*use || use[strlen(use) - 1] != '-') {
		vv_buf_putc(line, strncmp(use, "--", 2) == 0 ? '=' : ' ');
	}
	vv_text_put_word(line, value);
}

/* Reads a word such as --rows=3 or -r. */
static const vv_absent_option *find_lacked(const vv_command *c, const char *word)
{
	if (strncmp(word, "--", 2) == 0) return find_absent(c, word + 2, strcspn(word + 2, "="));
	return word[0] == '-' && word[1] && !word[2] ? find_absent(c, word + 1, 1) : NULL;
}

/* The user's command line under repair. */
typedef struct repair {
	const parser *p;
	const typed_option *wrong;
	const char *use;     /* in place of `wrong` */
	const char *negates; /* its value gets a '-': "--sort" */
	bool negated;
	bool whole; /* every option is one of the command, or was replaced */
	vv_buf line;
} repair;

/* Appends the option word, without its value, which follows or is the next argument. */
static void put_option(repair *r, const char *word, const char *value)
{
	const vv_absent_option *a = find_lacked(r->p->command, word);
	vv_auto(char) *name = value ? vv_strndup(word, (size_t)(value - word) - 1) : NULL;
	const char *use = name ? name : word;

	if (a && !a->use && a->negates) return; /* its effect is the '-' */
	use = a && a->use ? a->use : use;
	const bool negates = r->negates && strcmp(use, r->negates) == 0;

	r->whole = r->whole && (!a || a->use);
	if (!value) {
		put_used(&r->line, use, NULL);
		return;
	}
	vv_auto(char) *down = negates && *value != '-' ? vv_asprintf("-%s", value) : NULL;
	put_used(&r->line, use, down ? down : value);
	r->negated = r->negated || negates;
}

/* Appends argument i, and *next: whether the one after it is the value of --sort. */
static void put_argument(repair *r, int i, bool *negate)
{
	const char *word = r->p->argv[i], *value = strchr(word, '=');
	const bool here = *negate && *word != '-';

	*negate = false;
	if (*word == '-' && word[1]) {
		const vv_absent_option *a = find_lacked(r->p->command, word);
		const char *use = a && a->use ? a->use : word;

		put_option(r, word, strncmp(word, "--", 2) == 0 && value ? value + 1 : NULL);
		*negate = r->negates && !value && strcmp(use, r->negates) == 0;
		return;
	}
	vv_buf_puts(&r->line, here ? " -" : " ");
	vv_text_put_word(&r->line, word);
	r->negated = r->negated || here;
}

/* Makes the line without the wrong option, or with `use` in its place. */
static void make_line(repair *r)
{
	const parser *p = r->p;
	bool negate = false;

	r->whole = true;
	vv_buf_printf(&r->line, "did you mean 'varve %s", p->command->name);
	for (int i = 0; i < p->argc; i++) {
		if (i == r->wrong->first && r->use) {
			const bool sorts = r->negates && strcmp(r->use, r->negates) == 0;
			const char *value = r->wrong->value;
			vv_auto(char) *down = sorts && value && *value != '-'
						      ? vv_asprintf("-%s", value)
						      : NULL;

			put_used(&r->line, r->use, down ? down : value);
			r->negated = r->negated || down;
			if (!value && *r->use && r->use[strlen(r->use) - 1] == '-' &&
			    r->wrong->last == i && i + 1 < p->argc) { /* --columns=-NAME */
				vv_text_put_word(&r->line, p->argv[++i]);
			}
			negate = sorts && !value;
		} else if (i < r->wrong->first || i > r->wrong->last) {
			put_argument(r, i, &negate);
		}
	}
	vv_buf_puts(&r->line, "'?");
}

/* Returns the option that one of the arguments negates: "--sort" of --desc; NULL: none. */
static const char *find_negated(const parser *p)
{
	for (int i = 0; i < p->argc; i++) {
		const vv_absent_option *a = find_lacked(p->command, p->argv[i]);

		if (a && a->negates) return a->negates;
	}
	return NULL;
}

/* Hints at the user's command line without the option, and with a '-' before the value of the one that it negates.
 * Returns false if that one was not typed. */
static bool hint_negated(const parser *p, const typed_option *o, const char *negates)
{
	repair r = {.p = p, .wrong = o, .negates = negates, .line = VV_BUF_INIT};

	make_line(&r);
	const bool good = r.whole && r.negated && r.line.len < VV_HINT_MAX;

	if (good) {
		vv_hint(p->err, "%s", vv_buf_cstr(&r.line));
	}
	vv_buf_clear(&r.line);
	return good;
}

/* Hints at the user's command line with `use` in place of the option. */
static void hint_used(const parser *p, const typed_option *o, const char *use)
{
	repair r = {
		.p = p, .wrong = o, .use = use, .negates = find_negated(p), .line = VV_BUF_INIT};

	make_line(&r);
	/* a part of a command line would be no help */
	if (r.whole && (!r.negates || r.negated) && r.line.len < VV_HINT_MAX) {
		vv_hint(p->err, "%s", vv_buf_cstr(&r.line));
	} else {
		vv_hint(p->err, "did you mean '%s'?", use);
	}
	vv_buf_clear(&r.line);
}

/* Returns "; that leaves out --json" for typed words that the line lacks; "" if it has all. */
static const char *left_out(vv_buf *room, const char *line, const char *patterns, const vv_typed *t)
{
	static const char words[] = "; that leaves out";

	vv_buf_puts(room, words);
	vv_typed_put_left_out(room, line, patterns, t);
	return room->len == strlen(words) || strlen(line) + room->len + 16 >= VV_HINT_MAX
		       ? ""
		       : vv_buf_cstr(room);
}

/* Appends the first of the patterns that has all its words, else the last. Returns whether one has. */
static bool put_first_line(vv_buf *line, const char *patterns, const vv_typed *t)
{
	for (vv_line l = {.rest = patterns}; vv_line_next(&l);) {
		vv_auto(char) *pattern = vv_strndup(l.text, l.len);

		vv_buf_clear(line);
		if (pattern && vv_typed_put(line, pattern, t)) return true;
	}
	return false;
}

/* Hints at the command line that the pattern makes of the other arguments. */
static vv_status hint_line(const parser *p, const typed_option *o, const vv_absent_option *a)
{
	vv_auto_free char **others = vv_calloc((size_t)p->argc + 1, sizeof(*others));
	vv_auto(vv_buf) line = VV_BUF_INIT, left = VV_BUF_INIT;
	const bool next = !o->value && (a->drops || strstr(a->line, "VALUE")) &&
			  o->last + 1 < p->argc;
	const int last = o->last + next;
	bool more = false;
	int count = 0;
	vv_typed t;

	if (!others) return vv_fail_nomem(p->err);
	for (int i = 0; i < p->argc; i++) {
		if (i < o->first || i > last) {
			others[count++] = p->argv[i];
			more = more || find_lacked(p->command, p->argv[i]);
		}
	}
	if (more && a->hint) return vv_hint(p->err, "%s", a->hint);
	vv_typed_read(&t, count, others);
	t.value = next ? p->argv[last] : o->value;
	if (strstr(a->line, "FILE") || strstr(a->line, "TABLE")) {
		vv_typed_find_file(&t);
	}
	if (!put_first_line(&line, a->line, &t) && a->hint) return vv_hint(p->err, "%s", a->hint);
	if (line.len + 16 >= VV_HINT_MAX) return vv_hint(p->err, "'%s' does it", a->line);
	return vv_hint(p->err, "'%s' does it%s", vv_buf_cstr(&line),
		       left_out(&left, vv_buf_cstr(&line), a->line, &t));
}

/* Adds what to do instead of an option, or a value, that other programs have. */
static bool hint_absent(const parser *p, const typed_option *o)
{
	const char *next = o->last + 1 < p->argc ? p->argv[o->last + 1] : "";
	vv_auto(char) *file = vv_asprintf("%s=FILE", o->name);
	vv_auto(char) *with = vv_asprintf("%s=%s", o->name, o->value ? o->value : next);
	const vv_absent_option *a = with ? find_absent(p->command, with, strlen(with)) : NULL;
	typed_option both = *o; /* with its value */

	both.last += !o->value;
	both.value = NULL;
	if (a) {
		o = &both;
	} else if (file && strchr(o->value ? o->value : next, '.')) {
		a = find_absent(p->command, file, strlen(file));
	}
	a = a ? a : find_absent(p->command, o->name, strlen(o->name));
	if (!a || (a->rows && !vv_diff_is_table_name(o->value ? o->value : next, true))) {
		return false;
	}
	if (a->negates && hint_negated(p, o, a->negates)) return true;
	if (a->use) {
		hint_used(p, o, a->use);
	} else if (a->line) {
		(void)hint_line(p, o, a);
	} else {
		(void)vv_hint(p->err, "%s", a->hint);
	}
	return true;
}

/* Adds the value that a wrong one may mean. */
static void hint_choice(const parser *p, const vv_option *o, const char *value)
{
	const bool apart = value == p->argv[p->at]; /* the next argument */
	vv_auto(char) *given = vv_asprintf("%s=%s", o->name ? o->name : "", value);
	vv_auto(char) *choices = vv_strdup(o->choices);
	vv_nearest near = vv_nearest_to(value);

	if (!given || !choices) return;
	/* no .value: the replacement has a value of its own */
	const typed_option typed = {.name = given, .first = p->at - apart, .last = p->at};
	if (hint_absent(p, &typed) || !o->name) return;
	for (char *word = strtok(choices, "|"); word; word = strtok(NULL, "|")) {
		(void)vv_nearest_try(&near, word);
	}
	vv_auto(char) *use = near.best ? vv_asprintf("--%s %s", o->name, near.best) : NULL;

	if (use) {
		hint_used(p, &typed, use);
	}
}

static vv_status check_choice(const parser *p, const vv_option *o, const char *value)
{
	char name[40];
	vv_auto(vv_buf) list = VV_BUF_INIT;

	if (vv_choices_have(o->choices, value)) return VV_OK;
	vv_choices_put(&list, o->choices);
	vv_fail(p->err, VV_EUSAGE, "%s takes %s, not '%s'", option_name(o, name),
		vv_buf_cstr(&list), vv_text_shows(value));
	hint_choice(p, o, value);
	return VV_EUSAGE;
}

/* A number, perhaps with a unit of bytes, may still be too large. */
static bool is_number(const char *value, bool bytes)
{
	const char *rest = vv_after_digits(value, value + strlen(value));

	return rest > value && (!*rest || (bytes && strchr("kmgKMG", *rest) && !rest[1]));
}

static vv_status set_number(const parser *p, const vv_option *o, const char *value)
{
	const bool bytes = o->value && strcmp(o->value, "BYTES") == 0;
	const size_t len = strlen(value);
	char name[40];
	uint64_t v;

	if (!(bytes ? vv_parse_bytes(&v, value, len) : vv_parse_u64(&v, value, len))) {
		const char *more = "";

		if (is_number(value, bytes)) {
			more = " below 2^64";
		} else if (bytes) {
			more = " of bytes, or one with k, m or g after it ('5m')";
		}

		return vv_fail(p->err, VV_EUSAGE, "%s requires a whole number%s, not '%s'",
			       option_name(o, name), more, vv_text_shows(value));
	}
	if (v == 0 && o->kind == VV_OPT_POSITIVE) {
		return vv_fail(p->err, VV_EUSAGE, "%s requires a number above 0",
			       option_name(o, name));
	}
	*(uint64_t *)option_member(p, o) = v;
	return VV_OK;
}

static vv_status add_item(const parser *p, const vv_option *o, const char *value)
{
	vv_strings *list = option_member(p, o);

	if (!list->items) {
		/* No list can be longer than the command line; NULL-ended. */
		list->items = vv_calloc((size_t)p->argc + 1, sizeof(*list->items));
		if (!list->items) return vv_fail_nomem(p->err);
	}
	list->items[list->count++] = value;
	return VV_OK;
}

static vv_status set_value(const parser *p, const vv_option *o, const char *value)
{
	vv_status rc;

	if (o->choices && (rc = check_choice(p, o, value)) < 0) return rc;
	if (o->kind == VV_OPT_NUMBER || o->kind == VV_OPT_POSITIVE) return set_number(p, o, value);
	if (o->kind == VV_OPT_LIST) return add_item(p, o, value);
	if (o->kind == VV_OPT_NAMES) return vv_csv_names_add(option_member(p, o), value, p->err);
	if (o->kind == VV_OPT_ONCE && *(const char **)option_member(p, o)) {
		char name[40];

		return vv_fail(p->err, VV_EUSAGE, "%s was already given, with the value '%s'",
			       option_name(o, name),
			       vv_text_shows(*(const char **)option_member(p, o)));
	}
	*(const char **)option_member(p, o) = value;
	return VV_OK;
}

static void set_flag(const parser *p, const vv_option *o, bool on)
{
	switch (o->kind) {
	case VV_OPT_FLAG:
		*(bool *)option_member(p, o) = on;
		break;
	case VV_OPT_NO_FLAG:
		*(bool *)option_member(p, o) = !on;
		break;
	default:
		*(const char **)option_member(p, o) = on ? o->implies : NULL;
		break;
	}
}

/* Applies an option; inline_value is the text after "=" or the letter, or NULL. */
static vv_status apply_option(parser *p, const vv_option *o, const char *inline_value)
{
	char name[40];

	if (!takes_value(o)) {
		if (inline_value) {
			return vv_fail(p->err, VV_EUSAGE, "%s takes no value",
				       option_name(o, name));
		}
		set_flag(p, o, true);
		return VV_OK;
	}
	if (inline_value) return set_value(p, o, inline_value);
	if (o->implies) return set_value(p, o, o->implies);
	if (p->at + 1 >= p->argc) {
		return vv_fail(p->err, VV_EUSAGE, "%s requires a value: %s", option_name(o, name),
			       o->value);
	}
	p->at++;
	return set_value(p, o, p->argv[p->at]);
}

static const vv_option *find_long(const vv_command *c, const char *name, size_t len)
{
	return vv_array_find(c->options, c->option_count, it,
			     it->name && strlen(it->name) == len &&
				     memcmp(it->name, name, len) == 0);
}

/* Options of other programs that do not matter to what their commands do, between blanks, and those with a value: numbers
 * of threads, and texts, which are named, since they are left out. */
static const char harmless[] = " no-pager no-progress progress verbose ",
		  harmless_with_value[] = " desc description jobs label meta threads ";

/* Hints at the line without such an option. */
static void hint_without(const parser *p, const typed_option *o)
{
	vv_auto(char) *name = vv_asprintf(" %s ", o->name);
	const bool takes = name && strstr(harmless_with_value, name);
	typed_option wrong = *o;
	repair r = {.p = p, .wrong = &wrong, .line = VV_BUF_INIT};

	if (!takes && !(name && strstr(harmless, name))) return;
	wrong.last += takes && !o->value && o->last + 1 < p->argc;
	make_line(&r);
	const char *value = takes && !o->value && wrong.last > o->last ? p->argv[wrong.last]
								       : o->value;
	if (takes && value && !vv_is_digit(*value)) {
		vv_buf_puts(&r.line, " That leaves out");
		vv_text_put_argv(&r.line, 1, (char *[]){(char *)(uintptr_t)value});
		vv_buf_puts(&r.line, ", which has a place in the message of a commit");
	}
	if (r.whole && r.line.len < VV_HINT_MAX) {
		vv_hint(p->err, "%s", vv_buf_cstr(&r.line));
	}
	vv_buf_clear(&r.line);
}

static vv_status unknown_long(const parser *p, const char *name, size_t len)
{
	vv_auto(char) *word = vv_strndup(name, len);
	const typed_option typed = {.name = word,
				    .value = name[len] ? name + len + 1 : NULL,
				    .first = p->at,
				    .last = p->at};

	if (!word) return vv_fail_nomem(p->err);
	vv_fail(p->err, VV_EUSAGE, "%s has no option '--%s'", p->command->name,
		vv_text_show(name, len));
	if (hint_absent(p, &typed) || vv_git_words_option(p->command->name, p->argv[p->at])) {
		return VV_EUSAGE;
	}
	vv_nearest near = vv_nearest_to(word);
	vv_array_each(p->command->options, p->command->option_count, option) {
		if (option->name) {
			(void)vv_nearest_try(&near, option->name);
		}
	}
	if (near.best) {
		vv_auto(char) *use = vv_asprintf("--%s", near.best);

		if (!use) return vv_fail_nomem(p->err);
		hint_used(p, &typed, use);
	} else {
		hint_without(p, &typed);
	}
	return VV_EUSAGE;
}

static bool is_switch(const vv_option *o)
{
	return o->kind == VV_OPT_FLAG || o->kind == VV_OPT_NO_FLAG;
}

static vv_status parse_long(parser *p, const char *text)
{
	size_t len = strcspn(text, "=");
	const char *value = text[len] == '=' ? text + len + 1 : NULL;
	const vv_option *o = find_long(p->command, text, len);

	if (o) return apply_option(p, o, value);
	if (!value && len > 3 && memcmp(text, "no-", 3) == 0) {
		o = find_long(p->command, text + 3, len - 3);
		if (o && is_switch(o)) {
			set_flag(p, o, false);
			return VV_OK;
		}
	}
	/* "--header" where the table has only "--no-header". */
	vv_array_each(p->command->options, value ? 0 : p->command->option_count, no) {
		if (no->kind == VV_OPT_NO_FLAG && no->name && strncmp(no->name, "no-", 3) == 0 &&
		    strcmp(no->name + 3, text) == 0) {
			set_flag(p, no, false);
			return VV_OK;
		}
	}
	return unknown_long(p, text, len);
}

static const vv_option *find_short(const vv_command *c, char letter)
{
	return vv_array_find(c->options, c->option_count, it, letter && it->letter == letter);
}

static vv_status parse_short(parser *p, const char *text)
{
	const vv_option *number = find_short(p->command, 'n');
	vv_status rc;

	if (number && number->value && strcmp(number->value, "N") == 0 &&
	    strspn(text, "0123456789") == strlen(text)) {
		return set_value(p, number, text);
	}
	for (; *text; text++) {
		const vv_option *o = find_short(p->command, *text);
		if (!o) {
			size_t len = 1;
			while ((text[len] & 0xc0) == 0x80) {
				len++;
			}
			vv_fail(p->err, VV_EUSAGE, "%s has no option '-%s'", p->command->name,
				vv_text_show(text, len));
			const typed_option typed = {.name = (const char[]){*text, '\0'},
						    .value = text[len] ? text + len : NULL,
						    .first = p->at,
						    .last = p->at};

			if (!hint_absent(p, &typed) && vv_is_digit(*text)) {
				vv_hint(p->err, "write '--' before a word that begins with '-'");
			}
			return VV_EUSAGE;
		}
		if (takes_value(o)) return apply_option(p, o, text[1] ? text + 1 : NULL);
		if ((rc = apply_option(p, o, NULL)) < 0) return rc;
	}
	return VV_OK;
}

bool vv_options_lacks(const vv_command *c, int argc, char **argv, vv_error *err)
{
	parser p = {.command = c, .argc = argc, .argv = argv, .err = err};

	for (; p.at < argc; p.at++) {
		const typed_option typed = {
			.name = argv[p.at] + strspn(argv[p.at], "-"), .first = p.at, .last = p.at};

		if ((p.at == 0 || typed.name > argv[p.at]) &&
		    find_absent(c, typed.name, strlen(typed.name))) {
			vv_fail(err, VV_EUSAGE, "%s has no '%s'", c->name,
				vv_text_shows(argv[p.at]));
			return hint_absent(&p, &typed);
		}
	}
	return false;
}

static bool wants_help(const vv_command *c, const char *arg)
{
	return strcmp(arg, "--help") == 0 || (strcmp(arg, "-h") == 0 && !find_short(c, 'h'));
}

vv_status vv_options_parse(const vv_command *c, void *options, int argc, char **argv,
			   vv_arguments *out, vv_error *err)
{
	parser p = {.command = c, .options = options, .argc = argc, .argv = argv, .err = err};
	vv_status rc;

	*out = (vv_arguments){.dashdash = -1, .failed = -1};
	out->argv = vv_calloc((size_t)argc + 1, sizeof(*out->argv));
	if (!out->argv) return vv_fail_nomem(err);
	vv_array_each(c->options, c->option_count, option) {
		if (option->kind == VV_OPT_NO_FLAG) {
			*(bool *)option_member(&p, option) = true;
		}
	}
	for (; p.at < argc; p.at++) {
		char *arg = argv[p.at];
		if (out->dashdash >= 0 || arg[0] != '-' || !arg[1]) {
			out->argv[out->argc++] = arg;
		} else if (strcmp(arg, "--") == 0) {
			out->dashdash = out->argc;
		} else if (wants_help(c, arg)) {
			out->help = true;
			return VV_OK;
		} else {
			out->failed = p.at;
			rc = arg[1] == '-' ? parse_long(&p, arg + 2) : parse_short(&p, arg + 1);
			if (rc < 0) return rc;
			out->failed = -1;
		}
	}
	return VV_OK;
}

static bool is_given(const vv_option *o, const void *member)
{
	switch (o->kind) {
	case VV_OPT_FLAG:
		return *(const bool *)member;
	case VV_OPT_NO_FLAG:
		return !*(const bool *)member;
	case VV_OPT_NUMBER:
	case VV_OPT_POSITIVE:
		return *(const uint64_t *)member > 0;
	case VV_OPT_LIST:
	case VV_OPT_NAMES:
		return ((const vv_strings *)member)->count > 0;
	default: {
		const char *value = *(const char *const *)member;

		return value && (o->value || strcmp(value, o->implies) == 0);
	}
	}
}

bool vv_options_flag(const vv_command *c, const void *options, const char *name)
{
	const vv_option *o = vv_array_find(c->options, c->option_count, it,
					   it->kind == VV_OPT_FLAG && it->name &&
						   strcmp(it->name, name) == 0);

	return o && is_given(o, (const char *)options + o->offset);
}

/* The next of the words of a rule that was given, from *at on, or NULL; *at moves behind it. */
static const char *given_word(const vv_command *c, const void *options, int argc, const char **at)
{
	while (**at) {
		const char *word = *at;
		const size_t len = strcspn(word, " ");
		const vv_option *o;

		if (word[0] != '-') {
			o = NULL;
		} else if (word[1] == '-') {
			o = find_long(c, word + 2, len - 2);
		} else {
			o = find_short(c, word[1]);
		}

		*at = word + len + strspn(word + len, " ");
		if (o ? is_given(o, (const char *)options + o->offset)
		      : word[0] != '-' && argc > 0) {
			return word;
		}
	}
	return NULL;
}

static vv_status refuse_both(const char *word, const char *other, vv_error *err)
{
	return vv_fail(err, VV_EUSAGE, "%.*s and %.*s cannot be used together",
		       (int)strcspn(word, " "), word, (int)strcspn(other, " "), other);
}

static vv_status refuse_alone(const char *word, const char *requires, vv_error *err)
{
	vv_auto(vv_buf) list = VV_BUF_INIT;

	for (const char *p = requires; *p; p += strcspn(p, " "), p += strspn(p, " ")) {
		vv_buf_printf(&list, "%s%.*s", p == requires ? "" : " or ", (int)strcspn(p, " "),
			      p);
	}
	return vv_fail(err, VV_EUSAGE, "%.*s requires %s", (int)strcspn(word, " "), word,
		       vv_buf_cstr(&list));
}

/* A word that other programs have after the name of a command. */
static bool is_show_word(const char *word)
{
	static const char *const words[] = {"show", "list", "ls", "print", "get", NULL};

	return vv_texts_have(words, word, strlen(word));
}

static vv_status check_count(const vv_command *c, int argc, char *const *argv, vv_error *err)
{
	if (!c->takes || (argc >= c->least && argc <= c->most)) return VV_OK;
	if (!*c->takes) {
		return vv_fail(err, VV_EUSAGE, "%s accepts no arguments: '%s'", c->name,
			       vv_text_shows(argv[0]));
	}
	if (argc < c->least) {
		return vv_fail(err, VV_EUSAGE, "%s requires %s", c->name, c->takes);
	}
	if (argc == c->most + 1 && is_show_word(argv[0])) {
		vv_fail(err, VV_EUSAGE, "%s accepts %s", c->name, c->takes);
		vv_auto(char) *file = vv_pathspec_file(argv[1]);

		return vv_hint(err, "'varve %s %s' does it", c->name,
			       vv_text_word(file ? file : argv[1]));
	}
	return vv_fail(err, VV_EUSAGE, "%s accepts %s, not %d arguments", c->name, c->takes, argc);
}

vv_status vv_options_check(const vv_command *c, const void *options, int argc, char *const *argv,
			   vv_error *err)
{
	vv_status rc = check_count(c, argc, argv, err);

	for (const vv_option_rule *r = c->rules; rc == VV_OK && r && r->of; r++) {
		const char *at = r->of, *word;

		while (rc == VV_OK && (word = given_word(c, options, argc, &at))) {
			const char *excluded = r->excludes ? r->excludes : "",
				   *required = r->requires ? r->requires : "",
				   *other = given_word(c, options, argc, &excluded);

			if (other) {
				rc = refuse_both(word, other, err);
			} else if (*required && !given_word(c, options, argc, &required)) {
				rc = refuse_alone(word, r->requires, err);
			}
		}
	}
	return rc;
}

void vv_options_clear(const vv_command *c, void *options)
{
	vv_array_each(c->options, c->option_count, o) {
		vv_strings *list = (vv_strings *)(void *)((char *)options + o->offset);

		if (o->kind == VV_OPT_NAMES) {
			vv_csv_names_clear(list);
		} else if (o->kind == VV_OPT_LIST) {
			vv_free(list->items);
			*list = (vv_strings){NULL, 0};
		}
	}
}
