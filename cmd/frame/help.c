/*
 * help: the layout of a command's help. The tables contain the texts.
 */
#include "cmd/frame/help.h"

#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/text.h"
#include "cmd/frame/option.h"
#include "cmd/frame/output.h"

void vv_help_put_lines(vv_buf *b, const char *indent, const char *text)
{
	for (vv_line l = {.rest = text}; vv_line_next(&l);) {
		vv_buf_puts(b, l.len ? indent : "");
		vv_buf_put(b, l.text, l.len);
		vv_buf_putc(b, '\n');
	}
}

void vv_help_put_folded(vv_buf *b, size_t at, const char *text)
{
	const size_t width = vv_out_limit();
	size_t column = at;

	while (*text) {
		const size_t len = strcspn(text, " ");

		if (column > at && width > 0 && column + 1 + len > width) {
			vv_buf_printf(b, "\n%*s", (int)at, "");
			column = at;
		} else if (column > at) {
			vv_buf_putc(b, ' ');
			column++;
		}
		vv_buf_put(b, text, len);
		column += len;
		text += len + (text[len] == ' ');
	}
}

static bool usage_names(const char *usage, const vv_option *o)
{
	for (const char *at = usage; (at = strchr(at, '-'));) {
		const char *word = at + strspn(at, "-");
		const size_t len = strcspn(word, " =[]|.\n");

		if (word - at == 1 ? len == 1 && *word == o->letter
				   : o->name && strlen(o->name) == len &&
					     memcmp(word, o->name, len) == 0) {
			return true;
		}
		at = word + len;
	}
	return false;
}

static bool usage_is_complete(const vv_command *c)
{
	size_t i = 0;

	while (i < c->option_count && usage_names(c->usage, &c->options[i])) {
		i++;
	}
	return i == c->option_count;
}

/* The line is of a subcommand, which has few options and names them, or of a command like
 * `varve merge --abort`, which has none. */
static bool names_its_options(const char *line)
{
	return (*line >= 'a' && *line <= 'z') || strncmp(line, "--continue", 10) == 0 ||
	       strncmp(line, "--quit", 6) == 0;
}

/* Prints [OPTIONS], as Git does, where the usage does not name every option. */
static void put_usage(vv_buf *b, const vv_command *c)
{
	const char *lead = "usage: ";
	const bool complete = usage_is_complete(c);

	for (vv_line l = {.rest = c->usage && *c->usage ? c->usage : "\n"}; vv_line_next(&l);) {
		vv_buf_printf(b, "%svarve %s%s%s%.*s\n", lead, c->name,
			      complete || names_its_options(l.text) ? "" : " [OPTIONS]",
			      l.len ? " " : "", (int)l.len, l.text);
		lead = "       ";
	}
}

static void put_option(vv_buf *b, const vv_option *o)
{
	size_t start = b->len;

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
	size_t width = b->len - start;
	if (width > 28) {
		vv_buf_putc(b, '\n');
		width = 0;
	}
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_buf_puts(&text, o->help);
	if (o->choices) {
		vv_buf_puts(&text, ": ");
		vv_choices_put(&text, o->choices);
	}
	vv_buf_printf(b, "%*s", (int)(30 - width), "");
	vv_help_put_folded(b, 30, vv_buf_cstr(&text));
	vv_buf_putc(b, '\n');
}

void vv_help_command(const vv_command *c)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_printf(&b, "varve %s: %s\n\n", c->name, c->summary);
	put_usage(&b, c);
	if (c->example) {
		vv_buf_puts(&b, "\nexample:\n");
		vv_help_put_lines(&b, "  ", c->example);
	}
	if (c->option_count > 0) {
		vv_buf_puts(&b, "\noptions:\n");
		vv_array_each(c->options, c->option_count, option) {
			put_option(&b, option);
		}
	}
	if (c->pass) {
		vv_buf_printf(&b, "\nthis command runs 'git %s': 'git help %s' explains it\n",
			      c->name, c->name);
	} else {
		vv_auto(vv_buf) codes = VV_BUF_INIT;

		vv_buf_printf(&codes, "0 done%s%s; 2 usage or trouble", c->exit_codes ? "; 1 " : "",
			      c->exit_codes ? c->exit_codes : "");
		vv_buf_puts(&b, "\nexit codes: ");
		vv_help_put_folded(&b, strlen("exit codes: "), vv_buf_cstr(&codes));
		vv_buf_putc(&b, '\n');
	}
	vv_out_bytes(vv_buf_cstr(&b), b.len);
}
