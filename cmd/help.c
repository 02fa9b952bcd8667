/*
 * help: the layout of help texts. What stands in them is in the tables.
 */
#include "cmd/help.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "cmd/commands.h"
#include "cmd/git_words.h"
#include "cmd/option.h"
#include "cmd/output.h"

/* Groups of `varve help`, in the order of a first day. */
static const struct {
	const char *name, *heading;
} groups[] = {
	{"start", "begin"},
	{"change", "record changes"},
	{"look", "look at data"},
	{"history", "go through history"},
	{"peers", "exchange with others"},
	{"care", "keep it in order"},
};

static void put_lines(vv_buf *b, const char *indent, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		vv_buf_puts(b, len ? indent : "");
		vv_buf_put(b, text, len);
		vv_buf_putc(b, '\n');
		text += len;
		if (*text == '\n') {
			text++;
		}
	}
}

static void put_usage(vv_buf *b, const vv_command *c)
{
	const char *text = c->usage ? c->usage : "";
	const char *lead = "usage: ";

	do {
		size_t len = strcspn(text, "\n");
		vv_buf_printf(b, "%svarve %s%s%.*s\n", lead, c->name, len ? " " : "", (int)len,
			      text);
		lead = "       ";
		text += len;
		if (*text == '\n') {
			text++;
		}
	} while (*text);
}

static void put_option(vv_buf *b, const vv_option *o)
{
	size_t start = b->len, width;

	if (o->letter && o->name) {
		vv_buf_printf(b, "  -%c, --%s", o->letter, o->name);
	} else if (o->name) {
		vv_buf_printf(b, "      --%s", o->name);
	} else {
		vv_buf_printf(b, "  -%c", o->letter);
	}
	if (o->value && o->implies) {
		vv_buf_printf(b, "[%s%s]", o->name ? "=" : "", o->value);
	} else if (o->value) {
		vv_buf_printf(b, " %s", o->value);
	}
	width = b->len - start;
	if (width > 28) {
		vv_buf_putc(b, '\n');
		width = 0;
	}
	vv_buf_printf(b, "%*s%s", (int)(30 - width), "", o->help);
	if (o->choices) {
		const char *rest = o->choices, *word;
		size_t len, n = 0;
		vv_buf_puts(b, ": ");
		while (vv_choice_next(&rest, &word, &len)) {
			vv_buf_puts(b, n++ == 0 ? "" : *rest ? ", " : " or ");
			vv_buf_put(b, word, len);
		}
	}
	vv_buf_putc(b, '\n');
}

void vv_help_command(const vv_command *c)
{
	vv_buf b = VV_BUF_INIT;

	vv_buf_printf(&b, "varve %s: %s\n\n", c->name, c->summary);
	put_usage(&b, c);
	if (c->example) {
		vv_buf_puts(&b, "\nexample:\n");
		put_lines(&b, "  ", c->example);
	}
	if (c->option_count > 0) {
		vv_buf_puts(&b, "\noptions:\n");
		for (size_t i = 0; i < c->option_count; i++) {
			put_option(&b, &c->options[i]);
		}
	}
	vv_buf_printf(&b, "\nexit codes: 0 done%s%s; 2 usage or trouble\n",
		      c->exit_codes ? "; 1 " : "", c->exit_codes ? c->exit_codes : "");
	vv_out_bytes(vv_buf_cstr(&b), b.len);
	vv_buf_clear(&b);
}

static void put_group(vv_buf *b, const char *name, const char *heading)
{
	bool any = false;

	for (size_t i = 0; i < vv_command_count; i++) {
		const vv_command *c = vv_commands[i];
		if (c->hidden || strcmp(c->group, name) != 0) {
			continue;
		}
		if (!any) {
			vv_buf_printf(b, "\n%s\n", heading);
		}
		any = true;
		vv_buf_printf(b, "  %-14s %s\n", c->name, c->summary);
	}
}

void vv_help_overview(bool to_stdout)
{
	vv_buf b = VV_BUF_INIT;

	vv_buf_puts(&b, "varve: git for tables\n\n"
			"usage: varve [-C DIR] [--no-pager] COMMAND [ARGUMENT...]\n\n"
			"example:\n"
			"  $ varve init\n"
			"  $ varve add prices.csv\n"
			"  $ varve commit -m \"March prices\"\n");
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		put_group(&b, groups[i].name, groups[i].heading);
	}
	vv_buf_puts(&b, "\n'varve help COMMAND' says more about one of them\n");
	if (to_stdout) {
		vv_out_bytes(vv_buf_cstr(&b), b.len);
	} else {
		fputs(vv_buf_cstr(&b), stderr);
	}
	vv_buf_clear(&b);
}

int vv_help_unknown(const char *name, int argc, char **argv)
{
	vv_nearest near;

	if (vv_git_words_command(name)) {
		vv_buf line = VV_BUF_INIT;

		vv_git_words_put(&line, name, argc, argv);
		vv_note("varve has no '%s'; '%s' works here", name, vv_buf_cstr(&line));
		vv_buf_clear(&line);
		return VV_EXIT_TROUBLE;
	}
	vv_note("varve has no command '%s'", vv_text_shows(name));
	vv_nearest_init(&near, name);
	for (size_t i = 0; i < vv_command_count; i++) {
		if (!vv_commands[i]->hidden) {
			(void)vv_nearest_try(&near, vv_commands[i]->name);
		}
	}
	if (near.best) {
		vv_note("hint: did you mean '%s'?", near.best);
	} else {
		vv_note("hint: 'varve help' lists the commands");
	}
	return VV_EXIT_TROUBLE;
}
