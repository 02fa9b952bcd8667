/*
 * verb_chain: which verbs of Miller a line of 'varve cat' can have, and in which order it runs them.
 */
#include "cmd/varve/verb_chain.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/typed_join.h"
#include "lib/names/pathspec.h"

/* The steps of 'varve cat', in its order. */
typedef enum step { FILTERED, SORTED, CUT } step;

typedef struct chain {
	step reached;
	vv_buf where, sort, limit, columns;
	bool with; /* --where is used */
} chain;

static void chain_clear(chain *c)
{
	vv_buf_clear(&c->where);
	vv_buf_clear(&c->sort);
	vv_buf_clear(&c->limit);
	vv_buf_clear(&c->columns);
}
VV_AUTO_CLEAR(chain, chain_clear)

/* Appends the columns of a list, each with the sign. */
static void put_columns(vv_buf *out, const char *list, const char *sign)
{
	while (*list) {
		vv_auto(char) *name = vv_typed_next_name(&list);

		vv_buf_puts(out, out->len > 0 ? "," : "");
		vv_buf_printf(out, "%s%s", sign, name ? name : "");
	}
}

/* -f item -nr price */
static bool add_sort(chain *c, char **words, size_t count)
{
	static const char *const up[] = {"-f", "-c", "-t", "-n", "-nf", "-cf"};
	static const char *const down[] = {"-r", "-nr", "-fr", "-cr", "-tr"};

	if (c->reached >= SORTED || count == 0 || count % 2 != 0) return false;
	c->reached = SORTED;
	for (size_t i = 0; i < count; i += 2) {
		const bool descends = vv_text_is_among(words[i], down,
						       sizeof(down) / sizeof(down[0]));

		if (!descends && !vv_text_is_among(words[i], up, sizeof(up) / sizeof(up[0]))) {
			return false;
		}
		put_columns(&c->sort, words[i + 1], descends ? "-" : "");
	}
	return true;
}

static bool add_head(chain *c, char **words, size_t count)
{
	if (c->limit.len > 0 || (count != 0 && (count != 2 || strcmp(words[0], "-n") != 0))) {
		return false;
	}
	c->reached = CUT;
	vv_buf_puts(&c->limit, count == 2 ? words[1] : "10");
	const char *digits = vv_buf_cstr(&c->limit);

	return !*vv_after_digits(digits, digits + c->limit.len);
}

/* -f A,B; -x -f A,B: all others */
static bool add_cut(chain *c, char **words, size_t count)
{
	const bool others = count > 0 && strcmp(words[0], "-x") == 0;
	const size_t at = others || (count > 0 && strcmp(words[0], "-o") == 0) ? 1 : 0;

	if (c->columns.len > 0 || count != at + 2 || strcmp(words[at], "-f") != 0) return false;
	c->reached = CUT;
	put_columns(&c->columns, words[at + 1], others ? "-" : "");
	return true;
}

/* '$price > 3 && $kind == "fruit"' */
static bool add_filter(chain *c, char **words, size_t count)
{
	if (c->reached > FILTERED || c->with || count != 1 || strstr(words[0], "${") ||
	    strchr(words[0], '\'')) {
		return false;
	}
	c->with = true;
	for (const char *p = words[0]; *p; p++) {
		if (strncmp(p, "&&", 2) == 0 || strncmp(p, "||", 2) == 0) {
			vv_buf_puts(&c->where, *p++ == '&' ? "and" : "or");
		} else if (*p != '$') {
			vv_buf_putc(&c->where, *p == '"' ? '\'' : *p);
		}
	}
	return true;
}

static bool add_verb(chain *c, char **words, size_t count)
{
	static const struct {
		const char *verb;
		bool (*add)(chain *c, char **words, size_t count);
	} verbs[] = {
		{"sort", add_sort}, {"head", add_head}, {"cut", add_cut}, {"filter", add_filter}};

	if (count == 1 && strcmp(words[0], "cat") == 0) return true;
	vv_array_each(verbs, count > 0 ? sizeof(verbs) / sizeof(verbs[0]) : 0, it) {
		if (strcmp(it->verb, words[0]) == 0) return it->add(c, words + 1, count - 1);
	}
	return false;
}

static void put_option(vv_buf *line, const char *option, vv_buf *value)
{
	if (value->len > 0) {
		vv_buf_printf(line, " %s ", option);
		vv_text_put_word(line, vv_buf_cstr(value));
	}
}

bool vv_verb_chain_has(int argc, char **argv)
{
	return vv_array_find(argv, (size_t)argc, it, strcmp(*it, "then") == 0) != NULL;
}

bool vv_verb_chain_put(vv_buf *line, const char *verb, int argc, char **argv)
{
	vv_auto(chain) c = {.reached = FILTERED};
	vv_auto_free char **words = vv_calloc((size_t)argc + 2, sizeof(*words));
	size_t count = (size_t)argc, from = 0;
	const char *format = NULL;

	if (!words) return false;
	if (count > 2 && strcmp(argv[count - 2], "--format") == 0) {
		format = argv[count - 1];
		count -= 2;
	}
	vv_auto(char) *file = count > 0 ? vv_pathspec_file(argv[count - 1]) : NULL;
	if (!file) return false;
	words[0] = (char *)(uintptr_t)verb;
	memcpy(words + 1, argv, (count - 1) * sizeof(*words)); /* without the file */
	for (size_t i = 0; i <= count; i++) {
		if (i < count && strcmp(words[i], "then") != 0) {
			continue;
		}
		if (!add_verb(&c, words + from, i - from)) return false;
		from = i + 1;
	}
	vv_buf_puts(line, "varve cat ");
	vv_text_put_word(line, file);
	put_option(line, "--where", &c.where);
	put_option(line, "--sort", &c.sort);
	put_option(line, "--limit", &c.limit);
	put_option(line, "--columns", &c.columns);
	if (format) {
		vv_buf_printf(line, " --format %s", format);
	}
	return !line->failed;
}
