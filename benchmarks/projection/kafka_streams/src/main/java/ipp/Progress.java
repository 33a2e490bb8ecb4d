package ipp;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;

/** Prints when a fold begins and when it has all events, each with the processor time used so far, in ns. */
final class Progress {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private final CountDownLatch done = new CountDownLatch(1);
  private final long total;
  private long count = -1;

  Progress(long total) {
    this.total = total;
  }

  static void print(String what) {
    System.out.println(what + " " + SYSTEM.getProcessCpuTime());
  }

  void begun() {
    if (count < 0) {
      count = 0;
      print("begun");
    }
  }

  void folded(int events) {
    count += events;
    if (count >= total && done.getCount() > 0) {
      print("folded");
      done.countDown();
    }
  }

  void await() throws InterruptedException {
    done.await();
  }
}
