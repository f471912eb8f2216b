/* Preloaded: the time stands still, so that two runs that write the same give the same bytes. */
#include <sys/time.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
	(void)clock;
	now->tv_sec = 1700000000;
	now->tv_nsec = 0;
	return 0;
}

time_t time(time_t *now)
{
	if (now) *now = 1700000000;
	return 1700000000;
}

int gettimeofday(struct timeval *now, void *zone)
{
	(void)zone;
	now->tv_sec = 1700000000;
	now->tv_usec = 0;
	return 0;
}
