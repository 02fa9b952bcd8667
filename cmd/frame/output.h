/*
 * output: everything that varve prints.
 *
 * Data on stdout (buffered, checked: a full disk is an error, exit 2, never silence; a
 * reader that disappears ends the command as SIGPIPE would), messages on stderr. Text from data, names and peers is escaped
 * before a terminal sees it: use vv_text_show / vv_out_text for all of it.
 */
#ifndef VV_CMD_FRAME_OUTPUT_H
#define VV_CMD_FRAME_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json/json_list.h"
#include "base/progress.h"

enum { VV_EXIT_OK = 0, VV_EXIT_NO = 1, VV_EXIT_TROUBLE = 2 };

void vv_out(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* stdout, as is */
void vv_out_bytes(const void *bytes,
		  size_t len); /* a terminal gets \\u0085 for what would drive it */
/* Prints the JSON, and a line end. VV_ENOMEM. */
vv_status vv_out_json(const vv_buf *json, vv_error *err);
/* Prints an object of these members, indented by this number of spaces for each level: vv_out_object(2, err, {JSON_TEXT("path", path)}). */
#define vv_out_object(indent, err, ...) vv_out_members(indent, err, VV_JSON_LIST(__VA_ARGS__))
vv_status vv_out_members(unsigned indent, vv_error *err, const vv_json_entry *members,
			 size_t count);
void vv_out_raw(const void *bytes, size_t len);               /* whatever it is: --raw */
void vv_out_flush(void); /* makes printed text visible now */ /* stdout, as is */
/* stdout, escaped */
void vv_out_text(const char *s, size_t len);
void vv_note(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* stderr line */
/* "warning: ..." */
void vv_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Who speaks in vv_report, "varve: ". */
void vv_report_as(const char *prefix);
/* "varve: message" and "hint: ..."; the exit code for its status (1 or 2) */
int vv_report(const vv_error *err);
/* The same; the exit code is 2 for any error (for commands without a negative answer). */
int vv_report_trouble(const vv_error *err);
/* message and "try 'varve help CMD'"; 2 */
int vv_usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Where JSON is requested and nothing is listed, an error that names the command which does list;
 * else VV_EXIT_OK. */
int vv_check_json(bool json, bool lists, const char *list_command);

/* Sets the command's name for usage errors. Borrowed. */
void vv_out_command(const char *name);

/* Flushes stdout; the exit code to return: `code`, or 2 with a message when writing failed. EPIPE
 * is quiet (the reader has closed). */
int vv_out_finish(int code);

/* For code that writes to stdout's descriptor itself, after a failure: if the reader has closed it,
 * this counts as for vv_out. */
void vv_out_look_for_reader(void);

/* The end of the program: as vv_out_finish, but if stdout's reader has closed it ends by SIGPIPE,
 * as programs do by default. */
int vv_out_end(int code);

/* From now on a reader that disappears is as good as one that read everything: for what git calls,
 * which takes any other end of it for a failure of its own. */
void vv_out_forgive_reader(void);

/* Did writing to stdout fail already? Then long output may stop (return any code). */
bool vv_out_failed(void);

/* Colours: "" when stdout is not a terminal, NO_COLOR is set, or TERM is dumb. */
typedef enum vv_color {
	VV_PLAIN,
	VV_BOLD,
	VV_DIM,
	VV_RED,
	VV_GREEN,
	VV_YELLOW,
	VV_BLUE,
	VV_CYAN
} vv_color;
void vv_color_choose(const char *when); /* "always", "never"; "auto" or NULL: the rule above */
const char *vv_color_on(vv_color c);
const char *vv_color_off(void);
bool vv_out_is_terminal(void);
unsigned vv_out_width(void);  /* columns of the terminal, COLUMNS, or 80 */
unsigned vv_out_height(void); /* lines of the terminal, or 24 */
unsigned vv_out_limit(
	void); /* the same; 0 into a pipe or file without COLUMNS: nothing is cut there */

/* Sends stdout through the pager as Git does (GIT_PAGER, core.pager, PAGER, less
 * with LESS=FRX), when it is a terminal. Called by commands with long output. */
void vv_out_page(const char *core_pager_or_null);

/* Ends paging, for a program that continues: waits until the user has left the pager, and makes stdout the terminal
 * again. If the user leaves the pager early, this is not an error. */
void vv_out_page_end(void);

/* Redirects stdout to a file; empty: truncates the file, else appends to it. path NULL: ends the redirection, and returns an
 * error that occurred in writing the file. For a program that continues. */
vv_status vv_out_to(const char *path, bool empty, vv_error *err);

/* Progress on stderr when it is a terminal, from the first second on: rate and
 * remaining time. Ended by vv_progress_end. */
const vv_progress *vv_progress_begin(void);
void vv_progress_end(void);
void vv_progress_stop(void); /* ends it, and shows none any more until it begins again */

/* Notes and warnings of what works below the commands, and its progress: all on stderr, as
 * vv_note, vv_warn and vv_progress_begin have it. */
extern const vv_notes vv_notes_stderr;

#endif
