/*
 * help: all commands, or one of them: its manual page on a terminal that has man, else
 * the text made from its table; or a page of the documents.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/help.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/words.h"
#include "repo/git/program.h"

/* Shows the manual page varve-NAME, or varve-NAME-SUB; false without man, or without such a page. */
static bool show_manual(const char *name, const char *sub)
{
	char page[64];
	int status;

	if (!vv_out_is_terminal()) return false;
	int len = snprintf(page, sizeof(page), "varve-%s%s%s", name, sub ? "-" : "",
			   sub ? sub : "");
	if (len >= (int)sizeof(page) || strchr(page, '/')) { /* man would read a file */
		return false;
	}
	/* Not looked up: PATH may name the current folder. */
	const bool usual = vv_program_runs("/usr/bin/man");
	const char *const argv[] = {usual ? "/usr/bin/man" : "/usr/local/bin/man", "1", page, NULL};
	const vv_run run = {.argv = argv, .env = vv_environ(), .terminal = true, .mute = true};
	return vv_run_program(&run, &status, VV_IGNORED) == VV_OK && status == 0;
}

/* ---- pages ---- */

#define PAGE_MAX ((size_t)4 << 20)

static const char *const rooms[] = {"use", "programs", "operate", "formats", "develop"};
#define ROOMS (sizeof(rooms) / sizeof(rooms[0]))

/* Where the documents are: as installed beside the program, or in the sources that it was built in. NULL: nowhere. */
static char *find_documents(void)
{
	static const char *const places[] = {"../share/doc/varve/docs", "../../../docs"};
	vv_auto(char) *program = vv_varve_path();
	char *slash = program ? strrchr(program, '/') : NULL;

	if (!slash) return NULL;
	*slash = '\0';
	vv_array_each(places, sizeof(places) / sizeof(places[0]), place) {
		vv_auto(char) *dir = vv_path_join(program, *place, (char *)NULL);
		vv_auto(char) *one = vv_path_join(dir ? dir : "", "use/start.md", (char *)NULL);

		if (one && vv_exists(one)) return vv_take(&dir);
	}
	return NULL;
}

/* Prints the page "rules" or "use/rules". VV_ENOTFOUND: there is none. */
static vv_status show_page(const char *topic, vv_error *err)
{
	const char *name = strrchr(topic, '/') ? strrchr(topic, '/') + 1 : topic;
	const size_t room = name > topic ? (size_t)(name - topic) - 1 : 0;
	vv_auto(char) *documents = find_documents();
	vv_auto(vv_buf) file = VV_BUF_INIT, text = VV_BUF_INIT;

	vv_array_each(rooms, documents && *name ? ROOMS : 0, one) {
		if (room > 0 && (strlen(*one) != room || strncmp(*one, topic, room) != 0)) {
			continue;
		}
		vv_buf_reset(&file);
		vv_buf_printf(&file, "%s/%s/%s.md", documents, *one, name);
		if (!vv_exists(vv_buf_cstr(&file))) {
			continue;
		}
		vv_status rc = vv_read_file(&text, vv_buf_cstr(&file), PAGE_MAX, err);
		if (rc < 0) return rc;
		vv_out_page(NULL);
		vv_out_bytes(text.data, text.len);
		return VV_OK;
	}
	return vv_fail(err, VV_ENOTFOUND, "page '%s' not found", vv_text_shows(topic));
}

/* Calls fn for each page: its folder, its file and its name, "use/rules". */
static void each_page(void (*fn)(void *payload, size_t room, const char *file, const char *name),
		      void *payload)
{
	vv_auto(char) *documents = find_documents();

	for (size_t i = 0; documents && i < ROOMS; i++) {
		vv_auto(vv_folder) f = {0};
		vv_auto(char) *dir = vv_path_join(documents, rooms[i], (char *)NULL);

		if (!dir || vv_folder_read(&f, dir, true, VV_IGNORED) < 0) {
			continue;
		}
		while (vv_folder_next(&f)) {
			const size_t len = strlen(f.name);
			const bool page = len > 3 && strcmp(f.name + len - 3, ".md") == 0;
			vv_auto(char) *file = vv_path_join(dir, f.name, (char *)NULL);
			vv_auto(char) *name = page ? vv_asprintf("%s/%.*s", rooms[i], (int)len - 3,
								 f.name)
						   : NULL;

			if (file && name) {
				fn(payload, i, file, name);
			}
		}
	}
}

typedef struct page_list {
	vv_buf *to;
	size_t room; /* of the last page, + 1 */
} page_list;

static void list_page(void *payload, size_t room, const char *file VV_UNUSED, const char *name)
{
	page_list *l = payload;

	if (l->room == 0) {
		vv_buf_puts(l->to, "\npages ('varve help use/rules')");
	}
	vv_buf_puts(l->to, l->room == room + 1 ? " " : "\n  ");
	vv_buf_puts(l->to, name);
	l->room = room + 1;
}

static void list_pages(vv_buf *b)
{
	page_list l = {.to = b};

	each_page(list_page, &l);
	vv_buf_puts(b, l.room > 0 ? "\n" : "");
}

/* ---- search ---- */

#define BEST 3u

/* An answer: a command line and its description. */
typedef struct hit {
	int score;
	vv_buf what, about;
} hit;

typedef struct hits {
	const char *word; /* that is looked for */
	hit *items;
	size_t count, cap;
} hits;

static void hits_clear(hits *h)
{
	vv_array_clear(h->items, h->count, it, vv_buf_clear_all(&it->what, &it->about));
}
VV_AUTO_CLEAR(hits, hits_clear)

/* Is the answer for the same command, maybe with its arguments? */
static bool is_same(const hit *it, const char *what)
{
	const char *had = vv_buf_cstr(&it->what);

	return strncmp(had, what, strlen(what)) == 0 && strchr(" ", had[strlen(what)]);
}

/* One of several words scores for an answer that it shares with another. */
static void offer_hit(hits *h, int score, const char *what, const char *about, size_t len)
{
	hit *it = vv_array_find(h->items, h->count, i, is_same(i, what));

	if (!it && score > 0) {
		it = vv_array_add(h->items, h->count, h->cap, (hit){.score = 0})
			     ? &h->items[h->count - 1]
			     : NULL;
		if (!it) return;
		vv_buf_puts(&it->what, what);
	}
	if (!it) return;
	if (it->about.len == 0) { /* also of a command whose help lacks the word */
		vv_buf_put(&it->about, about, len);
	}
	it->score += score;
}

/* The answer with the highest score, the first of equal ones; NULL: none is left. */
static hit *best_hit(hits *h)
{
	hit *best = NULL;

	vv_array_each(h->items, h->count, it) {
		if (it->score > (best ? best->score : 0)) {
			best = it;
		}
	}
	return best;
}

static bool is_letter(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* Does a word of the text begin so? Short ones must be whole. */
static bool has_word(const char *text, size_t len, const char *word)
{
	const size_t n = strlen(word);

	for (size_t i = 0; i + n <= len; i++) {
		if ((i == 0 || !is_letter(text[i - 1])) &&
		    vv_ascii_compare(text + i, word, n) == 0 &&
		    (n > 3 || i + n == len || !is_letter(text[i + n]))) {
			return true;
		}
	}
	return false;
}

static void search_commands(hits *h, const char *word)
{
	vv_array_each(vv_varve.commands, vv_varve.command_count, command) {
		const vv_command *c = *command;
		vv_auto(char) *what = vv_asprintf("varve %s", c->name);
		int score = 0;

		if (has_word(c->name, strlen(c->name), word)) {
			score = 60;
		} else if (has_word(c->summary, strlen(c->summary), word)) {
			score = 50;
		}

		if (score == 0 &&
		    vv_array_find(c->options, c->option_count, o,
				  (o->name && has_word(o->name, strlen(o->name), word)) ||
					  has_word(o->help, strlen(o->help), word))) {
			score = 20;
		}
		if (what && !c->hidden && (score > 0 || c != &vv_cmd_help)) {
			offer_hit(h, score, what, c->summary, strlen(c->summary));
		}
	}
}

/* Its best heading; else, where its text has the word, its title. */
static void search_page(void *payload, size_t room VV_UNUSED, const char *file, const char *name)
{
	hits *h = payload;
	const char *word = h->word;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(char) *what = vv_asprintf("varve help %s", name);
	const bool recipes = strcmp(name, "use/recipes") == 0;
	const char *line, *title = NULL, *about = NULL;
	int score = 0;

	if (!what || vv_read_file(&text, file, PAGE_MAX, VV_IGNORED) < 0) return;
	for (line = vv_buf_cstr(&text); *line && score < 40; line += strcspn(line, "\n")) {
		line += *line == '\n';
		const size_t len = strcspn(line, "\n"), marks = strspn(line, "#");

		title = title || marks != 1 ? title : line + 2;
		if (has_word(line, len, word) && marks > 0) {
			score = recipes ? 55 : 40;
			about = line + marks + 1;
		} else if (has_word(line, len, word) && score < 39) {
			score += score > 0 ? 1 : recipes ? 30 : 10;
		}
	}
	about = about ? about : title;
	if (about) {
		offer_hit(h, score, what, about, strcspn(about, "\n"));
	}
}

/* Some installations have no pages. */
static bool names_absent_page(const char *does)
{
	vv_auto(char) *documents = find_documents();

	return !documents && strncmp(does, "varve help ", strlen("varve help ")) == 0;
}

static void search_all(hits *h)
{
	const char *does = vv_word_does(h->word);

	if (does && !names_absent_page(does)) {
		offer_hit(h, 100, does, "", 0);
	}
	search_commands(h, h->word);
	each_page(search_page, h);
}

static void search_word(hits *h, const char *word)
{
	const size_t len = strlen(word), before = h->count,
		     end = len > 5 && strcmp(word + len - 3, "ing") == 0 ? 3 : 1;
	vv_auto(char) *stem = vv_strndup(word, len - (len > 0 ? end : 0));

	h->word = word;
	search_all(h);
	if (h->count == before && stem && (end > 1 || (len > 3 && word[len - 1] == 's'))) {
		h->word = stem; /* "locking", "backups" */
		search_all(h);
	}
	h->word = NULL;
}

/* "pull request": pull-request, if that is a word of its own. */
static const char *pair_does(const char *first, const char *second)
{
	vv_auto(char) *joined = vv_asprintf("%s-%s", first, second);

	return joined ? vv_word_does(joined) : NULL;
}

static void search_pair(hits *h, const char *first, const char *second)
{
	const char *does = pair_does(first, second);

	if (does) {
		offer_hit(h, 200, does, "", 0);
	}
}

/* Words of questions, which are irrelevant for the answer. */
static bool is_filler(const char *word)
{
	static const char *const fillers[] = {
		"a",    "all",  "an",   "and",  "are",  "as",  "at",  "be",    "can",  "data",
		"do",   "does", "file", "for",  "from", "get", "go",  "have",  "how",  "i",
		"in",   "into", "is",   "it",   "me",   "my",  "of",  "on",    "one",  "or",
		"some", "that", "the",  "this", "to",   "us",  "use", "varve", "want", "we",
		"what", "when", "with", "work", "you",  "your"};

	return vv_text_is_among(word, fillers, sizeof(fillers) / sizeof(fillers[0]));
}

/* Prints the best answers to words that are neither a command nor a page. False where they have none. */
static bool search_words(const char *text)
{
	vv_auto(hits) h = {.word = NULL};
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_auto(char) *rest = vv_strdup(text);
	const bool several = strchr(text, ' ') != NULL;
	const char *before = NULL;
	char *place = NULL;

	if (!rest) return false;
	const char *ends = several ? " ?!," : "";
	for (char *w = strtok_r(rest, ends, &place); w; w = strtok_r(NULL, ends, &place)) {
		for (char *c = w; several && *c; c++) {
			*c = vv_to_lower(*c);
		}
		if (before) {
			search_pair(&h, before, w);
		}
		before = w;
		if (!several || !is_filler(w)) {
			search_word(&h, w);
		}
	}
	vv_buf_printf(&b, "no command or page is called '%s'; nearest:\n", vv_text_shows(text));
	const bool any = h.count > 0;
	for (size_t i = 0; i < BEST; i++) {
		hit *it = best_hit(&h);

		if (!it) {
			break;
		}
		it->score = 0;
		vv_buf_printf(&b, it->about.len > 0 ? "  %-24s  " : "  %s", vv_buf_cstr(&it->what));
		vv_help_put_folded(&b, 28, vv_buf_cstr(&it->about));
		vv_buf_putc(&b, '\n');
	}
	if (any) {
		vv_out_bytes(vv_buf_cstr(&b), b.len);
	}
	return any;
}

/* ---- commands ---- */

typedef struct options {
	bool all;
} options;

static const vv_option table[] = {
	OPT_FLAG('a', "all", all, "list all commands"),
};

/* "web": a program that is not installed. */
static bool is_program(const char *word)
{
	return vv_array_find(vv_varve.others, vv_varve.other_count, it,
			     strcmp(it->word, word) == 0) != NULL;
}

static int show_command(const vv_command *c)
{
	if (!show_manual(c->name, NULL)) {
		vv_help_command(c);
	}
	return VV_EXIT_OK;
}

static int run_help(void *given, int argc, char **argv)
{
	const options *o = given;
	const vv_command *c;
	vv_auto(vv_buf) pages = VV_BUF_INIT;
	char help[] = "-h", *args[] = {argc > 1 ? argv[1] : help, help};
	vv_error err;

	if (argc == 0) {
		vv_tool_overview(&vv_varve, o->all, true);
		if (o->all) {
			list_pages(&pages);
			vv_out_bytes(pages.data, pages.len);
		}
		return VV_EXIT_OK;
	}
	/* "remote add", but not "show me the history" */
	if ((c = vv_tool_find(&vv_varve, argv[0])) &&
	    (argc == 1 || (argc == 2 && !pair_does(argv[0], argv[1])))) {
		return show_command(c);
	}
	/* `varve help vault audit` is for varve-vault to answer: `varve vault audit -h`. */
	if (show_manual(argv[0], argc > 1 ? argv[1] : NULL)) return VV_EXIT_OK;
	if (vv_tool_run_other(argv[0], NULL, argc > 1 ? 2 : 1, args, &err) != VV_EPROGRAM) {
		return vv_report(&err);
	}
	if (argc == 1) {
		const bool rules = strcmp(argv[0], "checks") == 0 ||
				   strcmp(argv[0], "varve.checks") == 0;
		vv_status rc = show_page(rules ? "rules" : argv[0], &err);

		if (rc != VV_ENOTFOUND) return rc < 0 ? vv_report(&err) : VV_EXIT_OK;
		if (!is_program(argv[0]) && search_words(argv[0])) return VV_EXIT_OK;
	} else if (!is_program(argv[0])) {
		vv_auto(vv_buf) text = VV_BUF_INIT;

		vv_array_each(argv, argc, it) {
			vv_buf_printf(&text, "%s%s", it == argv ? "" : " ", *it);
		}
		if (search_words(vv_buf_cstr(&text))) return VV_EXIT_OK;
	}
	if (strchr(argv[0], '/') && names_absent_page("varve help ")) {
		vv_fail(&err, VV_ENOTFOUND, "page '%s': this varve was installed without its pages",
			vv_text_shows(argv[0]));
		vv_hint(&err,
			"'varve help --all' lists the commands; the sources have the page: docs/%s.md",
			vv_text_shows(argv[0]));
		return vv_report(&err);
	}
	int code = vv_varve.unknown(argv[0], argc - 1, argv + 1);
	list_pages(&pages);
	fputs(vv_buf_cstr(&pages), stderr);
	return code;
}

const vv_command vv_cmd_help = {
	.name = "help",
	.group = "start",
	.summary = "list the commands, explain one, print a page, or search for words",
	.usage = "[--all]\n[COMMAND]\n[PAGE]\n[WORD...]",
	.example = "$ varve help add\n$ varve help use/recipes\n$ varve help excel",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "command",
	.run_alone = run_help,
};
