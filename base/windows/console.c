/*
 * console: lines that are typed, Ctrl-C, and alarms.
 */
#include "base/windows/include/editline/readline.h"
#include <pthread.h>
#include <stdio.h>
#include <sys/time.h>
#include <windows.h>

#include "base/os.h"
#include "base/windows/paths.h"

#define LINE_MAX 8192u
#define SETTLE_MS 50u /* until the handler of Ctrl-C has run, which is in another thread */

/* --- signals --------------------------------------------------------------------------------- */

static void (*volatile on_interrupt)(int number);
static void (*volatile on_alarm)(int number);
static HANDLE ending; /* sigwait waits for it */

static BOOL WINAPI take_key(DWORD key)
{
	if (key != CTRL_C_EVENT && key != CTRL_BREAK_EVENT) return FALSE;
	if (ending) return SetEvent(ending);
	if (!on_interrupt) return FALSE;
	on_interrupt(SIGINT);
	return TRUE;
}

int sigaction(int number, const struct sigaction *now, struct sigaction *before)
{
	if (before) {
		*before = (struct sigaction){.sa_flags = 0};
	}
	if (now && number == SIGINT) {
		on_interrupt = now->sa_handler;
		(void)SetConsoleCtrlHandler(take_key, TRUE);
	} else if (now && number == SIGALRM) {
		on_alarm = now->sa_handler;
	}
	return 0;
}

int sigwait(const sigset_t *set, int *number)
{
	(void)set;
	ending = CreateEventW(NULL, TRUE, FALSE, NULL);
	if (!ending || !SetConsoleCtrlHandler(take_key, TRUE)) return EAGAIN;
	(void)WaitForSingleObject(ending, INFINITE);
	*number = SIGINT;
	return 0;
}

static VOID CALLBACK sound_alarm(PVOID unused, BOOLEAN fired)
{
	(void)unused;
	(void)fired;
	if (on_alarm) {
		on_alarm(SIGALRM);
	}
}

static DWORD ms_of(struct timeval t)
{
	return (DWORD)t.tv_sec * 1000u + (DWORD)(t.tv_usec / 1000);
}

int setitimer(int which, const struct itimerval *times, struct itimerval *before)
{
	static HANDLE timer;
	const DWORD first = ms_of(times->it_value), every = ms_of(times->it_interval);

	(void)which;
	(void)before;
	if (timer) {
		(void)DeleteTimerQueueTimer(NULL, timer, INVALID_HANDLE_VALUE);
		timer = NULL;
	}
	if (first == 0) return 0;
	return CreateTimerQueueTimer(&timer, NULL, sound_alarm, NULL, first, every, 0)
		       ? 0
		       : vv_windows_failed();
}

/* --- lines ------------------------------------------------------------------------------------ */

char *readline(const char *prompt)
{
	const HANDLE in = GetStdHandle(STD_INPUT_HANDLE);
	wchar_t w[LINE_MAX];
	DWORD len = 0;

	(void)fputs(prompt, stdout);
	(void)fflush(stdout);
	if (!ReadConsoleW(in, w, LINE_MAX - 1, &len, NULL) || len == 0 || w[0] == L'\x1a') {
		Sleep(SETTLE_MS);
		return NULL;
	}
	while (len > 0 && (w[len - 1] == L'\n' || w[len - 1] == L'\r')) {
		len--;
	}
	w[len] = L'\0';
	return vv_narrow_text(w);
}
