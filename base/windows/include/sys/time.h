/*
 * time: an alarm that a thread sounds.
 */
#ifndef VV_BASE_WINDOWS_TIME_H
#define VV_BASE_WINDOWS_TIME_H

#include_next <sys/time.h>

struct itimerval {
	struct timeval it_value, it_interval;
};

#define ITIMER_REAL 0

/* Calls the handler of SIGALRM, in another thread. When it returns, no call is under way but that of the new times. */
int setitimer(int which, const struct itimerval *times, struct itimerval *before);

#endif
