// A C++ program over Box2D: bodies of three shapes fall into a turning drum, with a listener for contacts and ray casts
// through callbacks (virtual calls, floating point, pointer lists). Arguments: SEED BODIES STEPS.
#include "box2d/box2d.h"
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

class Random {
    std::uint64_t state;

  public:
    explicit Random(unsigned seed) : state(seed) {
    }
    float between(float low, float high) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return low + (high - low) * static_cast<float>(state >> 40) / 16777216.0f;
    }
};

class ContactCounter : public b2ContactListener {
  public:
    unsigned long begun = 0, solved = 0;
    void BeginContact(b2Contact *) override {
        begun++;
    }
    void PostSolve(b2Contact *, const b2ContactImpulse *impulse) override {
        solved += static_cast<unsigned long>(impulse->count);
    }
};

class NearestHit : public b2RayCastCallback {
  public:
    float nearest = 1.0f;
    float ReportFixture(b2Fixture *, const b2Vec2 &, const b2Vec2 &, float fraction) override {
        nearest = fraction;
        return fraction;
    }
};

void make_drum(b2World &world) {
    b2BodyDef anchor;
    b2Body *ground = world.CreateBody(&anchor);
    b2BodyDef definition;
    definition.type = b2_dynamicBody;
    definition.allowSleep = false;
    definition.position.Set(0.0f, 10.0f);
    b2Body *drum = world.CreateBody(&definition);
    const float walls[4][4] = {{0.5f, 10, 10, 0}, {0.5f, 10, -10, 0}, {10, 0.5f, 0, 10}, {10, 0.5f, 0, -10}};
    for (const float *wall : walls) {
        b2PolygonShape box;
        box.SetAsBox(wall[0], wall[1], b2Vec2(wall[2], wall[3]), 0.0f);
        drum->CreateFixture(&box, 5.0f);
    }
    b2RevoluteJointDef joint;
    joint.Initialize(ground, drum, b2Vec2(0.0f, 10.0f));
    joint.motorSpeed = 0.05f * b2_pi;
    joint.maxMotorTorque = 1e8f;
    joint.enableMotor = true;
    world.CreateJoint(&joint);
}

b2Body *drop_body(b2World &world, Random &random, int kind) {
    b2BodyDef definition;
    definition.type = b2_dynamicBody;
    definition.position.Set(random.between(-8, 8), random.between(3, 18));
    b2Body *body = world.CreateBody(&definition);
    b2CircleShape circle;
    b2PolygonShape polygon;
    circle.m_radius = random.between(0.1f, 0.3f);
    b2Vec2 corners[3] = {{-0.3f, 0}, {0.3f, 0}, {0, random.between(0.3f, 0.6f)}};
    if (kind == 1) polygon.SetAsBox(random.between(0.1f, 0.3f), 0.2f);
    if (kind == 2) polygon.Set(corners, 3);
    body->CreateFixture(kind == 0 ? static_cast<b2Shape *>(&circle) : &polygon, 1.0f);
    return body;
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: physics SEED BODIES STEPS\n");
        return 2;
    }
    unsigned seed = static_cast<unsigned>(std::atoi(argv[1]));
    Random random(seed);
    b2World world(b2Vec2(0.0f, -10.0f));
    ContactCounter contacts;
    world.SetContactListener(&contacts);
    make_drum(world);
    std::vector<b2Body *> bodies;
    for (int i = 0; i < std::atoi(argv[2]); i++)
        bodies.push_back(drop_body(world, random, static_cast<int>((static_cast<unsigned>(i) * seed) % 3)));
    float rays = 0;
    for (int step = 0; step < std::atoi(argv[3]); step++) {
        world.Step(1.0f / 60.0f, 8, 3);
        NearestHit hit;
        world.RayCast(&hit, b2Vec2(random.between(-9, 9), 19.0f), b2Vec2(random.between(-9, 9), 1.0f));
        rays += hit.nearest;
    }
    float height = 0;
    for (const b2Body *body : bodies) height += body->GetPosition().y;
    std::printf("%lu %lu %.9g %.9g\n", contacts.begun, contacts.solved, static_cast<double>(rays),
                static_cast<double>(height));
    return 0;
}
