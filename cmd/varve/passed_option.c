/*
 * passed_option: finds the option of a command that takes the place of another tool's.
 */
#include "cmd/varve/passed_option.h"

#include <string.h>

#include "base/array.h"
#include "base/auto.h"
#include "base/text.h"
#include "cmd/frame/typed_left.h"

/* A command's option that takes the place of a typed one. */
typedef struct passing {
	char *use;   /* "--limit", "--format table"; "--columns=-", which the value follows */
	bool valued; /* a value follows */
} passing;

static void clear_passing(passing *p)
{
	vv_free(p->use);
}

VV_AUTO_CLEAR(passing, clear_passing)

/* Is the name one of these, which are separated by blanks? */
static bool is_name(const char *names, const char *name)
{
	const size_t len = strlen(name);

	for (const char *at = names; *at; at += strspn(at, " ")) {
		const size_t word = strcspn(at, " ");

		if (word == len && memcmp(at, name, len) == 0) return true;
		at += word;
	}
	return false;
}

static const vv_command *command_of(const vv_tool *tool, const char *does)
{
	vv_auto(char) *name = vv_strndup(does, strlen("varve ") + strcspn(does + 6, " "));

	return name && strncmp(does, "varve ", 6) == 0 ? vv_tool_find(tool, name + 6) : NULL;
}

static const vv_option *find_option(const vv_command *c, const char *name, size_t len)
{
	return vv_array_find(c->options, c->option_count, it,
			     it->name && strlen(it->name) == len &&
				     memcmp(it->name, name, len) == 0);
}

/* Sets *p to the option of the command in the pattern that the typed word is. Returns false if there is none, or the
 * pattern has it. */
static bool find_passed(passing *p, const vv_tool *tool, const char *does, const char *word)
{
	const vv_command *c = command_of(tool, does);
	const size_t len = strcspn(word, "=");
	const bool is_long = strncmp(word, "--", 2) == 0;

	if (!c || (is_long && strcmp(word, "--row") == 0) ||
	    (strstr(does, "OUT") &&
	     (strncmp(word, "--output", 8) == 0 || strncmp(word, "--format", 8) == 0)) ||
	    (strcmp(word, "--where") == 0 && strstr(does, "COL=VALUE"))) {
		return false;
	}
	vv_auto(char) *option = vv_strndup(word, len);
	if (!option || (is_long && strstr(does, option))) return false;
	const char *name = option + 1 + is_long, *use = is_long ? option : NULL;
	for (const vv_absent_option *a = c->absent; a && a->names;
	     a++) { /* "--max-rows" is --limit */
		if (a->use && strncmp(a->use, "--", 2) == 0 && is_name(a->names, name)) {
			use = a->use;
		}
	}
	const size_t end = use ? strcspn(use + 2, " =") : 0;
	vv_auto(char) *ours = use ? vv_strndup(use, end + 2) : NULL;
	const vv_option *o = ours && !strstr(does, ours) ? find_option(c, use + 2, end) : NULL;

	if (!o) return false;
	p->use = vv_strdup(use);
	p->valued = o->value && !o->implies && !use[2 + end];
	p->valued = p->valued || use[strlen(use) - 1] == '-';
	return p->use != NULL;
}

/* Appends the option with the value that argv[i] has, if it takes one. Returns how many arguments these are; 0: the
 * value is missing. */
static int put_passed(vv_buf *out, const passing *p, const vv_typed *t, int i)
{
	const char *equals = strchr(t->argv[i], '=');
	const bool joined = p->use[strlen(p->use) - 1] == '-';
	const char *value = equals ? equals + 1 : vv_typed_option_value(t, i);

	if (p->valued && !value) return 0;
	vv_buf_printf(out, " %s", p->use);
	if (p->valued) {
		if (!joined) {
			vv_buf_putc(out, equals ? '=' : ' ');
		}
		vv_text_put_word(out, value);
	}
	return p->valued && !equals ? 2 : 1;
}

int vv_passed_option_put(vv_buf *out, const vv_tool *tool, const char *does, const vv_typed *t,
			 int i)
{
	vv_auto(passing) p = {0};

	return find_passed(&p, tool, does, t->argv[i]) ? put_passed(out, &p, t, i) : 0;
}
