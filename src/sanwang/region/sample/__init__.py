"""The fictional sample region on the real map of Beijing-Tianjin-Hebei."""

from sanwang.region.sample.assembly import sample_frames, sample_region

__all__ = ["sample_frames", "sample_region"]
