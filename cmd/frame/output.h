/*
 * output: prints on stdout and stderr, and runs the pager.
 *
 * Data is printed on stdout, messages on stderr. Output on stdout is buffered and checked: a full
 * disk is an error (exit code 2), and a reader that closes the pipe ends the command as SIGPIPE
 * would. Text from data, names and peers must be escaped before it is printed on a terminal: use
 * vv_text_show or vv_out_text.
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

/* The exit codes: success; a negative answer; wrong usage, or a failure. */
enum { VV_EXIT_OK = 0, VV_EXIT_NO = 1, VV_EXIT_TROUBLE = 2 };

/* Prints on stdout. On a terminal, control characters are escaped. */
void vv_out(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Prints len bytes on stdout. On a terminal, control characters are escaped, such as \\u0085. */
void vv_out_bytes(const void *bytes, size_t len);
/* Prints json and a line end on stdout. VV_ENOMEM: an append to json has failed. */
vv_status vv_out_json(const vv_buf *json, vv_error *err);
/* Prints a JSON object with these members, indented by `indent` spaces for each level:
 * vv_out_object(2, err, {JSON_TEXT("path", path)}). */
#define vv_out_object(indent, err, ...) vv_out_members(indent, err, VV_JSON_LIST(__VA_ARGS__))
/* Does the work of vv_out_object. */
vv_status vv_out_members(unsigned indent, vv_error *err, const vv_json_entry *members,
			 size_t count);
/* Prints len bytes on stdout, unchanged even on a terminal: for --raw. */
void vv_out_raw(const void *bytes, size_t len);
/* Writes buffered output to stdout. */
void vv_out_flush(void);
/* Prints len bytes of s on stdout. Control characters are escaped, also if stdout is not a
 * terminal. */
void vv_out_text(const char *s, size_t len);
/* Prints `before` as vv_out does, text as vv_out_text does, and `after` as vv_out does. */
void vv_out_between(const char *before, const char *text, const char *after);
/* Prints a line on stderr. */
void vv_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Prints the line "warning: ..." on stderr. */
void vv_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Sets the prefix of vv_report's messages, such as "varve: ". */
void vv_report_as(const char *prefix);
/* Prints "varve: message" and "hint: ..." on stderr. Returns the exit code for the status: 1 or
 * 2. */
int vv_report(const vv_error *err);
/* Prints like vv_report, but always returns 2: for commands without a negative answer. */
int vv_report_trouble(const vv_error *err);
/* Prints the message and "try 'varve help CMD'" on stderr. Returns 2. */
int vv_usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Checks the use of --json. If json is true and the command lists nothing (lists is false), prints
 * an error that names the command which lists, and returns its exit code. Otherwise returns
 * VV_EXIT_OK. */
int vv_check_json(bool json, bool lists, const char *list_command);

/* Sets the command's name for usage errors. name is borrowed. */
void vv_out_command(const char *name);

/* Flushes stdout. Returns `code`, or prints a message and returns 2 if writing has failed. After
 * EPIPE no message is printed, because the reader has closed stdout. */
int vv_out_finish(int code);

/* Call this after other code failed to write to the descriptor of stdout. If the reader has closed
 * stdout, the functions of this header then behave as after a failed vv_out. */
void vv_out_look_for_reader(void);

/* Ends output at the end of the program, like vv_out_finish. If the reader has closed stdout, ends
 * the program by SIGPIPE, as other programs do by default. */
int vv_out_end(int code);

/* If the reader closes stdout early, this is then not an error, and does not end the program by
 * SIGPIPE. For commands that Git calls, since Git reports any exit code except 0 as a failure. */
void vv_out_forgive_reader(void);

/* Returns true if writing to stdout has failed. A command with long output may then stop early, and
 * return any exit code. */
bool vv_out_failed(void);

/* A colour or style of text. */
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
/* Sets when colours are used: "always", "never" or "auto". "auto" or NULL: if stdout is a terminal,
 * NO_COLOR is not set, and TERM is not "dumb". */
void vv_color_choose(const char *when);
/* Returns the text that begins a colour; "" if colours are not used. */
const char *vv_color_on(vv_color c);
/* Returns the text that ends a colour; "" if colours are not used. */
const char *vv_color_off(void);
bool vv_out_is_terminal(void); /* true if stdout is a terminal */
unsigned vv_out_width(void);   /* columns of the terminal; else COLUMNS; else 80 */
unsigned vv_out_height(void);  /* lines of the terminal, or 24 */
/* Returns the width at which lines are cut: vv_out_width, or, if stdout is not a terminal and
 * COLUMNS is not set, 0 (no limit). */
unsigned vv_out_limit(void);

/* Sends stdout through the pager that Git uses (GIT_PAGER, core.pager, PAGER, or less with
 * LESS=FRX) if stdout is a terminal. For commands with long output. core_pager_or_null: the setting
 * core.pager. */
void vv_out_page(const char *core_pager_or_null);

/* Ends paging, for a program that continues: waits until the user has left the pager, and makes
 * stdout the terminal again. If the user leaves the pager early, this is not an error. */
void vv_out_page_end(void);

/* Redirects stdout to a file, for a program that continues. empty: the file is truncated; otherwise
 * output is appended. path NULL: ends the redirection, and returns the first error of writing to
 * the file. */
vv_status vv_out_to(const char *path, bool empty, vv_error *err);

/* Shows progress on stderr, after one second, if stderr is a terminal: rate and remaining time.
 * Returns the functions that receive the progress. */
const vv_progress *vv_progress_begin(void);
void vv_progress_end(void); /* ends the display of vv_progress_begin */
/* Ends progress. No progress is shown until vv_progress_begin is called again. */
void vv_progress_stop(void);

/* Prints notes, warnings and progress of code below the commands on stderr, with vv_note, vv_warn
 * and vv_progress_begin. */
extern const vv_notes vv_notes_stderr;

#endif
