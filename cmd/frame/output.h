/*
 * output: prints on stdout and stderr, and runs the pager.
 *
 * Data is printed on stdout, messages on stderr. Output on stdout is buffered. If writing fails, for
 * example because the disk is full, all further output is dropped, and vv_out_finish reports the
 * failure. If the reader closes the pipe, vv_out_end ends the program by SIGPIPE. Text from data,
 * names and peers must be escaped before it is printed: use vv_text_show or vv_out_text.
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

/* Prints on stdout, as vv_out_bytes does. */
void vv_out(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Prints len bytes on stdout. On a terminal, it escapes the characters from U+007F to U+009F, and
 * those that separate lines or change the direction of text, such as \\u0085. It does not escape
 * the characters below U+0020, because line ends and colours need them. */
void vv_out_bytes(const void *bytes, size_t len);
/* Prints json and a line end on stdout. VV_ENOMEM: an append to json failed earlier. */
vv_status vv_out_json(const vv_buf *json, vv_error *err);
/* Prints a JSON object with these members, indented by `indent` spaces for each level:
 * vv_out_object(2, err, {JSON_TEXT("path", path)}). */
#define vv_out_object(indent, err, ...) vv_out_members(indent, err, VV_JSON_LIST(__VA_ARGS__))
/* The function behind vv_out_object. */
vv_status vv_out_members(unsigned indent, vv_error *err, const vv_json_entry *members,
			 size_t count);
/* Prints len bytes on stdout, unchanged even on a terminal: for --raw. */
void vv_out_raw(const void *bytes, size_t len);
/* Keeps len bytes of text, and prints them before the next output on stdout. So nothing that is
 * printed on stderr in the meantime falls between them and that output. */
void vv_out_before(const void *text, size_t len);
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
/* Sets the prefix of the error messages of vv_report, vv_usage_error and vv_out_finish, "varve: " by
 * default. */
void vv_report_as(const char *prefix);
/* Prints "varve: message" and err's hint ("hint: ...") on stderr. Prints nothing for VV_EIO if the
 * reader has closed stdout. Returns the exit code: 1 for VV_ECONFLICT and if err->lost is set, else
 * 2. */
int vv_report(const vv_error *err);
/* Prints like vv_report, but always returns 2. For commands without a negative answer. */
int vv_report_trouble(const vv_error *err);
/* Prints "varve: message" and "hint: try 'varve CMD -h'" on stderr. CMD is the name set by
 * vv_out_command; without it, the hint is "try 'varve help'". Returns 2. */
int vv_usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Checks that --json is given only for a list. If json is true and lists is false, prints an error
 * that names list_command, the form of the command that prints a list, and returns 2. Otherwise
 * returns 0. */
int vv_check_json(bool json, bool lists, const char *list_command);

/* Sets the command's name for usage errors. name is borrowed. */
void vv_out_command(const char *name);

/* Ends output: ends the display of progress, flushes stdout, and waits until the user has left the
 * pager. Returns `code` if all writing succeeded. Otherwise returns 2, and prints a message unless
 * the reader has closed stdout (EPIPE). After vv_out_forgive_reader, returns 0 for EPIPE. */
int vv_out_finish(int code);

/* Call this after other code failed to write to the descriptor of stdout. If the reader has closed
 * stdout, the functions of this header then behave as after a failed vv_out. */
void vv_out_look_for_reader(void);

/* Ends output at the end of the program, like vv_out_finish. If the reader has closed stdout, ends
 * the program by SIGPIPE, as other programs do by default. */
int vv_out_end(int code);

/* After this call, it is not an error that the reader closes stdout early, and it does not end the
 * program by SIGPIPE. For commands that Git calls: Git reports any exit code except 0 as a
 * failure. */
void vv_out_forgive_reader(void);

/* Returns true if writing to stdout has failed. A command with long output may then stop early; its
 * exit code does not matter. */
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
/* Sets when colours are used: "always", "never", or "auto", which is also the default and the
 * meaning of NULL. With "auto", colours are used if stdout is a terminal, NO_COLOR is empty or not
 * set, and TERM is set to a value other than "dumb". when is borrowed. */
void vv_color_choose(const char *when);
/* Returns the text that begins a colour; "" if colours are not used. */
const char *vv_color_on(vv_color c);
/* Returns the text that ends a colour; "" if colours are not used. */
const char *vv_color_off(void);
/* Returns true if stdout is a terminal, or was one before vv_out_page. */
bool vv_out_is_terminal(void);
/* Returns the width of lines: COLUMNS, if it is a number from 20 to 10000; else the columns of the
 * terminal, if at least 20; else 80. */
unsigned vv_out_width(void);
unsigned vv_out_height(void); /* returns the lines of the terminal; 24 if not known */
/* Returns the width at which lines are cut: vv_out_width, or, if stdout is not a terminal and
 * COLUMNS is not set, 0 (no limit). */
unsigned vv_out_limit(void);

/* Sends stdout through the pager that Git uses, if stdout is a terminal. For commands with long
 * output. The pager is the first that is set of GIT_PAGER, core.pager, PAGER; else less. If its value
 * is "" or "cat", no pager is used. LESS is set to FRX unless the user has set it.
 * core_pager_or_null: the setting core.pager. */
void vv_out_page(const char *core_pager_or_null);

/* Ends paging in a program that continues: waits until the user has left the pager, and makes
 * stdout the terminal again. It is not an error that the user leaves the pager early. */
void vv_out_page_end(void);

/* Redirects stdout to the file `path`. empty: the file is truncated; otherwise output is appended to
 * it. If path is NULL, ends the redirection, and returns the first error of writing to the file. */
vv_status vv_out_to(const char *path, bool empty, vv_error *err);

/* Begins the display of progress on stderr. A line with rate and remaining time appears after one
 * second. It is removed before a message, and before output on a terminal; the next progress shows it
 * again. Returns the functions that receive the progress; NULL if stderr is not a terminal. */
const vv_progress *vv_progress_begin(void);
/* Removes the line with progress. No progress is shown until the next vv_progress_begin. */
void vv_progress_stop(void);

/* Prints notes, warnings and progress on stderr, for code that does not include this header. */
extern const vv_notes vv_notes_stderr;

#endif
