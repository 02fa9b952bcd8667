/*
 * completion: scripts for bash, zsh and fish, made from the option tables.
 */
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/text.h"
#include "cmd/frame/option.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"

#define REFS "git for-each-ref --format='%(refname:short)' 2>/dev/null"

static bool has_value(const vv_option *o)
{
	return o->value && !o->implies;
}

static void put_choices(vv_buf *b, const char *choices)
{
	const char *word;
	size_t len, n = 0;

	while (vv_choice_next(&choices, &word, &len)) {
		if (n++ > 0) {
			vv_buf_putc(b, ' ');
		}
		vv_buf_put(b, word, len);
	}
}

static void put_command_names(vv_buf *b)
{
	size_t n = 0;

	vv_array_each(vv_varve.commands, vv_varve.command_count, c) {
		if (!(*c)->hidden) {
			vv_buf_printf(b, "%s%s", n++ > 0 ? " " : "", (*c)->name);
		}
	}
	vv_array_each(vv_varve.others, vv_varve.other_count, other) {
		vv_buf_printf(b, " %s", other->word);
	}
}

/* Text inside single quotes of a shell, without characters that the shells would interpret. */
static void put_plain(vv_buf *b, const char *s)
{
	for (; *s; s++) {
		if (strchr("'[]:\\", *s)) {
			vv_buf_putc(b, *s == ':' ? ',' : ' ');
		} else {
			vv_buf_putc(b, *s);
		}
	}
}

static void bash_command(vv_buf *b, const vv_command *c)
{
	vv_buf_printf(b, "\t%s)\n\t\tcase $prev in\n", c->name);
	vv_array_each(c->options, c->option_count, o) {
		if (!has_value(o)) {
			continue;
		}
		vv_buf_puts(b, "\t\t");
		if (o->name) {
			vv_buf_printf(b, "--%s", o->name);
		}
		if (o->letter) {
			vv_buf_printf(b, "%s-%c", o->name ? "|" : "", o->letter);
		}
		vv_buf_puts(b, ") words=\"");
		put_choices(b, o->choices);
		vv_buf_puts(b, "\"; kind=words ;;\n");
	}
	vv_buf_puts(b, "\t\t*) words=\"");
	vv_array_each(c->options, c->option_count, option) {
		if (option->name) {
			vv_buf_printf(b, "--%s ", option->name);
		}
	}
	vv_buf_printf(b, "--help\"; kind=%s ;;\n\t\tesac\n\t\t;;\n",
		      c->arguments && *c->arguments ? c->arguments : "words");
}

/* The options of other programs are in their help. */
static void bash_others(vv_buf *b)
{
	vv_buf_putc(b, '\t');
	vv_array_each(vv_varve.others, vv_varve.other_count, other) {
		vv_buf_printf(b, "%s%s", other > vv_varve.others ? " | " : "", other->word);
	}
	vv_buf_puts(
		b,
		")\n\t\tlocal sub=\n"
		"\t\t[[ $((i + 1)) -ge COMP_CWORD || ${COMP_WORDS[i+1]} != [a-z]* ]] || sub=${COMP_WORDS[i+1]}\n"
		"\t\twords=$(varve help \"$cmd\" ${sub:+\"$sub\"} 2>/dev/null |\n"
		"\t\t\tsed -nE 's/^  ([a-z][a-z-]*)  .*/\\1/p; s/^  (-., |    )(--[a-z][a-z-]*).*/\\2/p')\n"
		"\t\tkind=others ;;\n");
}

static void bash_script(vv_buf *b)
{
	vv_buf_puts(b, "# bash completion for varve; put into your .bashrc:\n"
		       "#   eval \"$(varve completion bash)\"\n"
		       "_varve()\n{\n"
		       "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		       "\tlocal cmd= words= kind= i commands=\"");
	put_command_names(b);
	vv_buf_puts(
		b,
		"\"\n"
		"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		"\t\tcase ${COMP_WORDS[i]} in\n"
		"\t\t-C | --git-dir) ((i++)) ;;\n"
		"\t\t-*) ;;\n"
		"\t\t*) cmd=${COMP_WORDS[i]}; break ;;\n"
		"\t\tesac\n"
		"\tdone\n"
		"\tcase $cmd in\n"
		"\t'') words=\"$commands -C --git-dir --offline --no-pager --help --version\"; kind=words ;;\n");
	vv_array_each(vv_varve.commands, vv_varve.command_count, c) {
		if (!(*c)->hidden) {
			bash_command(b, *c);
		}
	}
	bash_others(b);
	vv_buf_puts(b, "\tesac\n"
		       "\tcase $cur in\n"
		       "\t-*) kind=words ;;\n"
		       "\tesac\n"
		       "\tcase $kind in\n"
		       "\tcommand) words=$commands ;;\n"
		       "\tref) words=$(" REFS ") ;;\n"
		       "\tpath)\n"
		       "\t\tcompopt -o filenames 2>/dev/null\n"
		       "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
		       "\t\treturn ;;\n"
		       "\tesac\n"
		       "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
		       "\tif [[ $kind == ref || $kind == others ]]; then\n"
		       "\t\tcompopt -o filenames 2>/dev/null\n"
		       "\t\tlocal -a files\n"
		       "\t\tmapfile -t files < <(compgen -f -- \"$cur\")\n"
		       "\t\tCOMPREPLY+=(\"${files[@]}\")\n"
		       "\tfi\n"
		       "}\n"
		       "complete -F _varve varve\n");
}

static void zsh_option(vv_buf *b, const vv_option *o)
{
	vv_buf_puts(b, " \\\n\t\t\t");
	if (o->letter && o->name) {
		vv_buf_printf(b, "{-%c%s,--%s%s}'", o->letter, has_value(o) ? "+" : "", o->name,
			      has_value(o) ? "=" : "");
	} else if (o->name) {
		vv_buf_printf(b, "'--%s%s", o->name, has_value(o) ? "=" : "");
	} else {
		vv_buf_printf(b, "'-%c%s", o->letter, has_value(o) ? "+" : "");
	}
	vv_buf_putc(b, '[');
	put_plain(b, o->help);
	vv_buf_putc(b, ']');
	if (has_value(o)) {
		vv_buf_putc(b, ':');
		put_plain(b, o->value);
		vv_buf_puts(b, ":(");
		put_choices(b, o->choices);
		vv_buf_putc(b, ')');
	}
	vv_buf_putc(b, '\'');
}

static const char *zsh_arguments(const vv_command *c)
{
	if (!c->arguments || !*c->arguments) return "";
	if (strcmp(c->arguments, "path") == 0) return "'*:path:_files'";
	if (strcmp(c->arguments, "ref") == 0) return "'*:version or path:_varve_refs'";
	return "'*:command:_varve_commands'";
}

static void zsh_script(vv_buf *b)
{
	vv_buf_puts(b, "#compdef varve\n"
		       "# zsh completion for varve; put into your .zshrc, after compinit:\n"
		       "#   eval \"$(varve completion zsh)\"\n"
		       "_varve_commands()\n{\n\tlocal -a commands\n\tcommands=(\n");
	vv_array_each(vv_varve.commands, vv_varve.command_count, c) {
		if ((*c)->hidden) {
			continue;
		}
		vv_buf_printf(b, "\t\t'%s:", (*c)->name);
		put_plain(b, (*c)->summary);
		vv_buf_puts(b, "'\n");
	}
	vv_array_each(vv_varve.others, vv_varve.other_count, other) {
		vv_buf_printf(b, "\t\t'%s:", other->word);
		put_plain(b, other->summary);
		vv_buf_puts(b, "'\n");
	}
	vv_buf_puts(b, "\t)\n\t_describe command commands\n}\n"
		       "_varve_refs()\n{\n\tlocal -a refs\n"
		       "\trefs=(${(f)\"$(" REFS ")\"})\n"
		       "\tcompadd -a refs\n\t_files\n}\n"
		       "_varve()\n{\n"
		       "\tif (( CURRENT == 2 )); then\n\t\t_varve_commands\n\t\treturn\n\tfi\n"
		       "\tshift words\n\t(( CURRENT-- ))\n"
		       "\tcase $words[1] in\n");
	vv_array_each(vv_varve.commands, vv_varve.command_count, command) {
		const vv_command *c = *command;
		if (c->hidden) {
			continue;
		}
		vv_buf_printf(b, "\t%s)\n\t\t_arguments -S", c->name);
		vv_array_each(c->options, c->option_count, option) {
			zsh_option(b, option);
		}
		vv_buf_printf(b, " \\\n\t\t\t'--help[explain the command]' %s\n\t\t;;\n",
			      zsh_arguments(c));
	}
	vv_buf_puts(b, "\t*)\n\t\t_files\n\t\t;;\n\tesac\n}\ncompdef _varve varve\n");
}

static void fish_command(vv_buf *b, const vv_command *c)
{
	const char *arguments = c->arguments ? c->arguments : "";

	vv_buf_printf(b, "complete -c varve -f -n __fish_use_subcommand -a %s -d '", c->name);
	put_plain(b, c->summary);
	vv_buf_puts(b, "'\n");
	vv_array_each(c->options, c->option_count, o) {
		vv_buf_printf(b, "complete -c varve -n '__fish_seen_subcommand_from %s'", c->name);
		if (o->name) {
			vv_buf_printf(b, " -l %s", o->name);
		}
		if (o->letter) {
			vv_buf_printf(b, " -s %c", o->letter);
		}
		if (has_value(o)) {
			vv_buf_puts(b, " -x");
			if (o->choices) {
				vv_buf_puts(b, " -a '");
				put_choices(b, o->choices);
				vv_buf_putc(b, '\'');
			}
		}
		vv_buf_puts(b, " -d '");
		put_plain(b, o->help);
		vv_buf_puts(b, "'\n");
	}
	if (strcmp(arguments, "ref") == 0) {
		vv_buf_printf(b, "complete -c varve -n '__fish_seen_subcommand_from %s' -a \"(",
			      c->name);
		vv_buf_puts(b, REFS ")\"\n");
	} else if (strcmp(arguments, "command") == 0) {
		vv_buf_printf(b, "complete -c varve -f -n '__fish_seen_subcommand_from %s' -a '",
			      c->name);
		put_command_names(b);
		vv_buf_puts(b, "'\n");
	} else if (!*arguments) {
		vv_buf_printf(b, "complete -c varve -f -n '__fish_seen_subcommand_from %s'\n",
			      c->name);
	}
}

static void fish_script(vv_buf *b)
{
	vv_buf_puts(b, "# fish completion for varve:\n"
		       "#   varve completion fish > ~/.config/fish/completions/varve.fish\n");
	vv_array_each(vv_varve.commands, vv_varve.command_count, c) {
		if (!(*c)->hidden) {
			fish_command(b, *c);
		}
	}
	vv_array_each(vv_varve.others, vv_varve.other_count, other) {
		vv_buf_printf(b, "complete -c varve -f -n __fish_use_subcommand -a %s -d '",
			      other->word);
		put_plain(b, other->summary);
		vv_buf_puts(b, "'\n");
	}
}

static int run_completion(void *options VV_UNUSED, int argc, char **argv)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_error err;
	int code = VV_EXIT_OK;

	if (argc != 1) {
		return vv_usage_error("completion requires the name of a shell: bash, zsh or fish");
	}
	if (strcmp(argv[0], "bash") == 0) {
		bash_script(&b);
	} else if (strcmp(argv[0], "zsh") == 0) {
		zsh_script(&b);
	} else if (strcmp(argv[0], "fish") == 0) {
		fish_script(&b);
	} else {
		return vv_usage_error("completion supports bash, zsh and fish, not '%s'",
				      vv_text_shows(argv[0]));
	}
	if (vv_buf_ok(&b, &err) < 0) {
		code = vv_report(&err);
	} else {
		vv_out_bytes(b.data, b.len);
	}
	return code;
}

const vv_command vv_cmd_completion = {
	.name = "completion",
	.group = "care",
	.summary = "print a completion script for bash, zsh or fish",
	.usage = "bash|zsh|fish",
	.example = "$ eval \"$(varve completion bash)\"",
	.arguments = "",
	.run_alone = run_completion,
};
