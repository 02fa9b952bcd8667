/*
 * typed_figure: which typed words are functions, the columns that they are of, and the groups.
 */
#include "cmd/frame/typed_figure.h"

#include <inttypes.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/text.h"
#include "cmd/frame/typed_join.h"

const char *vv_typed_function(const char *word)
{
	static const char *const names[][2] = {
		{"mean", "avg"},     {"average", "avg"},      {"avg", "avg"},
		{"sum", "sum"},      {"total", "sum"},        {"min", "min"},
		{"max", "max"},      {"count", "count"},      {"std", "stddev"},
		{"sd", "stddev"},    {"stdev", "stddev"},     {"stddev", "stddev"},
		{"var", "variance"}, {"variance", "variance"}};

	vv_array_each(names, sizeof(names) / sizeof(names[0]), it) {
		if (vv_ascii_equal((*it)[0], word)) return (*it)[1];
	}
	return NULL;
}

/* "mean price", "price mean": avg(price). With the column that makes groups before or after these:
 * "kind mean price". Several functions and columns are one word, with commas. */
typedef struct aggregation {
	const char *functions, *columns, *group; /* group NULL: there is none */
} aggregation;

/* Are these functions, "mean,count"? */
static bool are_functions(const char *names)
{
	bool all = *names != '\0';

	while (all && *names) {
		vv_auto(char) *name = vv_typed_next_name(&names);

		all = name && vv_typed_function(name);
	}
	return all;
}

static bool read_aggregation(aggregation *a, const vv_typed *t)
{
	const size_t at = vv_find_place(i, t->word_count, are_functions(t->words[i]));

	*a = (aggregation){0};
	if (at == t->word_count || t->word_count < 2 || t->word_count > 3) return false;
	const size_t column = at + 1 < t->word_count ? at + 1 : at - 1;

	a->functions = t->words[at];
	a->columns = t->words[column];
	a->group = t->word_count == 3 ? t->words[3 - at - column] : NULL;
	vv_array_each(t->words, t->word_count, it) {
		if (it != t->words + at && (vv_typed_function(*it) || strpbrk(*it, "()=<>"))) {
			return false;
		}
	}
	return true;
}

static void put_call_of(vv_buf *room, const char *function, const char *column)
{
	vv_buf_printf(room, "%s(", function);
	if (strcmp(column, "*") == 0) {
		vv_buf_puts(room, column);
	} else {
		vv_typed_put_name(room, column);
	}
	vv_buf_putc(room, ')');
}

/* Appends each function of each column. */
static void put_calls(vv_buf *room, const aggregation *a)
{
	for (const char *columns = a->columns; *columns;) {
		vv_auto(char) *column = vv_typed_next_name(&columns);

		for (const char *functions = a->functions; *functions;) {
			vv_auto(char) *function = vv_typed_next_name(&functions);

			vv_buf_puts(room, room->len > 0 ? ", " : "");
			if (function && column) {
				put_call_of(room, vv_typed_function(function), column);
			}
		}
	}
}

/* "sum(price)": the function and the column; alone, or beside one that makes groups. */
static bool put_call(vv_buf *room, const char *word)
{
	const size_t name = strcspn(word, "("), len = strlen(word);
	vv_auto(char) *theirs = vv_strndup(word, name);
	const char *ours = theirs ? vv_typed_function(theirs) : NULL;

	if (!ours || name + 2 >= len || word[len - 1] != ')') return false;
	vv_auto(char) *column = vv_strndup(word + name + 1, len - name - 2);
	if (!column || strpbrk(column, "()\"'")) return false;
	put_call_of(room, ours, column);
	return true;
}

const char *vv_typed_aggregate(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	aggregation a;

	if (t->word_count == 1 && put_call(room, t->words[0])) return vv_buf_cstr(room);
	if (t->word_count == 2 && (put_call(room, t->words[0]) || put_call(room, t->words[1]))) {
		return vv_buf_cstr(room);
	}
	if (!read_aggregation(&a, t)) return NULL;
	put_calls(room, &a);
	return vv_buf_cstr(room);
}

/* The value of one of the options, which are separated by blanks; NULL: none was typed. */
static const char *option_value(const vv_typed *t, const char *names)
{
	for (int i = 0; i < t->argc; i++) {
		vv_auto(char) *name = vv_strndup(t->argv[i], strcspn(t->argv[i], "="));
		const size_t len = name ? strlen(name) : 0;

		for (const char *at = names; len > 1 && *at; at += strspn(at, " ")) {
			const size_t word = strcspn(at, " ");

			if (word == len && memcmp(at, name, len) == 0) {
				return t->argv[i][len] ? t->argv[i] + len + 1 : t->argv[i + 1];
			}
			at += word;
		}
	}
	return NULL;
}

const char *vv_typed_group(vv_buf *room VV_UNUSED, const vv_typed *t, const char *text VV_UNUSED)
{
	vv_auto(vv_buf) call = VV_BUF_INIT;
	aggregation a;

	if (t->word_count == 2 && put_call(&call, t->words[0])) return t->words[1];
	if (t->word_count == 2 && put_call(&call, t->words[1])) return t->words[0];
	return read_aggregation(&a, t) ? a.group : option_value(t, "-g");
}

/* BEGIN, and LENGTH from it to the end, of "slice -s 2 -e 4". */
const char *vv_typed_sliced(vv_buf *room, const vv_typed *t, const char *text)
{
	const char *begin = option_value(t, "-s --start --begin"),
		   *end = option_value(t, "-e --end --stop"),
		   *count = option_value(t, "-l --len --length");
	uint64_t from = 0, to = 0;

	if (begin && !vv_parse_u64(&from, begin, strlen(begin))) return NULL;
	if (strcmp(text, "LENGTH") != 0) {
		vv_buf_printf(room, "%" PRIu64, from);
		return vv_buf_cstr(room);
	}
	if (count) return count;
	if (!end || !vv_parse_u64(&to, end, strlen(end)) || to < from) return NULL;
	vv_buf_printf(room, "%" PRIu64, to - from);
	return vv_buf_cstr(room);
}

/* Returns the columns of the newer version in a function of differences. */
const char *vv_typed_newer_columns(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	enum { MOST = 120 };
	vv_auto(vv_string_list) columns = {0};

	if (!t->file) return NULL;
	vv_typed_columns(&columns, t->file);
	vv_array_each(columns.items, columns.count, it) {
		vv_auto(char) *name = vv_asprintf("to_%s", *it);

		vv_buf_puts(room, room->len > 0 ? ", " : "");
		vv_typed_put_name(room, name ? name : "");
	}
	return room->len > 0 && room->len < MOST ? vv_buf_cstr(room) : "*";
}

/* "v1..v2", "v1 v2" */
const char *vv_typed_first_version(vv_buf *room, const vv_typed *t, const char *text VV_UNUSED)
{
	const char *range = t->word_count == 1 ? strstr(t->words[0], "..") : NULL;

	if (t->version || !range) return t->version;
	vv_buf_put(room, t->words[0], (size_t)(range - t->words[0]));
	return room->len > 0 ? vv_buf_cstr(room) : NULL;
}

const char *vv_typed_second_version(vv_buf *room VV_UNUSED, const vv_typed *t,
				    const char *text VV_UNUSED)
{
	const char *range = t->word_count == 1 ? strstr(t->words[0], "..") : NULL;

	if (t->word_count != 1 || (!range && !t->version)) return NULL;
	if (!range) return t->words[0];
	range += strspn(range, ".");
	return *range ? range : "HEAD";
}
